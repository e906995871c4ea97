// Stored results of the pipeline that is looked at, newest first; not there where nothing is stored.

import {byId, el} from './dom.js';
import {inWords} from './overlay.js';

const REFRESH_MILLIS = 5000;
const LIMIT = 20;
const SINCE = [['', 'ever'], ['300', 'the last 5 minutes'], ['3600', 'the last hour'], ['86400', 'the last day']];

function row({requestId, stream, createdAt, result}) {
  const at = new Date(createdAt);
  return el('tr', {}, el('td', {}, el('time', {dateTime: createdAt, title: createdAt, textContent: at.toLocaleTimeString()})),
    el('td', {textContent: stream ?? 'request'}), el('td', {textContent: inWords(result?.detections ?? [])}),
    el('td', {}, el('code', {textContent: requestId, title: requestId})));
}

export function mountResults(store) {
  const stream = el('select', {'aria-label': 'Stream'});
  const since = el('select', {'aria-label': 'Since'}, ...SINCE.map(([value, textContent]) => el('option', {value, textContent})));
  const body = el('tbody');
  const none = el('p', {className: 'hint', textContent: 'Nothing was stored in this time.'});
  const section = byId('results');
  section.hidden = true;
  section.append(el('h2', {textContent: 'Stored results'}), el('p', {className: 'filters'}, el('label', {}, 'of ', stream),
    el('label', {}, 'since ', since)), el('div', {className: 'wide'}, el('table', {className: 'num'}, el('thead', {}, el('tr', {},
    ...['Time', 'Stream', 'Seen', 'Id'].map(textContent => el('th', {textContent, scope: 'col'})))), body)), none);
  let timer = 0;

  const refresh = async () => {
    clearTimeout(timer);
    const pipeline = store.pipeline?.name;
    if (pipeline && !document.hidden && !store.paused) {
      const query = new URLSearchParams({limit: LIMIT});
      if (stream.value) {
        query.set('stream', stream.value);
      }
      if (since.value) {
        query.set('since', new Date(Date.now() - 1000 * since.value).toISOString());
      }
      const response = await fetch(`/pipelines/${encodeURIComponent(pipeline)}/results?${query}`).catch(() => null);
      if (response?.status === 404) {
        section.hidden = true;
        return;
      }
      if (response?.ok) {
        const {results} = await response.json();
        section.hidden = false;
        none.hidden = results.length > 0;
        body.replaceChildren(...results.map(row));
      }
    }
    timer = setTimeout(refresh, REFRESH_MILLIS);
  };
  stream.addEventListener('change', refresh);
  since.addEventListener('change', refresh);
  let shown = '';
  store.on('selected', () => {
    if (store.pipeline && store.pipeline.name !== shown) {
      shown = store.pipeline.name;
      stream.replaceChildren(el('option', {value: '', textContent: 'all streams'}),
        ...store.pipeline.streams.map(({name}) => el('option', {value: name, textContent: name})));
      section.hidden = true;
      refresh();
    }
  });
}
