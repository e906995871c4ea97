// How to call what runs here: addresses of the pipeline that is looked at, each with a line to try.

import {byId, copyable, el, setText} from './dom.js';

function calls({name, model, streams}) {
  const at = location.origin;
  const stream = streams[0]?.name;
  return [
    ['A picture in, JSON out', `curl --data-binary @photo.jpg ${at}/pipelines/${name}`],
    ...(stream ? [
      ['Results of a stream as they come', `curl -N ${at}/pipelines/${name}/streams/${stream}/results`],
      ['Its newest frame, boxes painted', `curl -o frame.jpg ${at}/pipelines/${name}/streams/${stream}/frame.jpg`],
    ] : []),
    ['The raw model, Open Inference Protocol', `curl ${at}/v2/models/${model}`],
    ['Figures as JSON', `curl ${at}/dashboard/stats`],
  ];
}

export function mountApi(store) {
  const list = el('div', {className: 'calls'});
  byId('api').append(el('h2', {textContent: 'API'}), list, el('p', {className: 'hint'}, 'Also: ',
    ...['/pipelines', '/v2', '/metrics', '/readyz'].flatMap(href => [el('a', {href, textContent: href}), ' '])));
  let shown = '';
  const show = () => {
    const pipeline = store.pipeline;
    byId('api').hidden = !pipeline;
    const wanted = JSON.stringify(pipeline && calls(pipeline));
    if (pipeline && wanted !== shown) {
      shown = wanted;
      list.replaceChildren(...calls(pipeline).map(([what, line]) => copyable(what, line)));
    }
  };
  store.on('stats', show);
  store.on('selected', show);
}

/** The header: pipelines, places on this page, and what the server says of itself. */
export function mountNavigation(store, duration, setState) {
  const nav = byId('pipelines');
  let shown = '';
  const show = () => {
    const names = store.pipelines.map(({name}) => name);
    if (names.join() !== shown) {
      shown = names.join();
      nav.replaceChildren(...names.map(name => el('a', {href: `#${encodeURI(name)}`, textContent: name})));
    }
    for (const link of nav.children) {
      if (link.textContent === store.pipeline?.name) {
        link.setAttribute('aria-current', 'page');
      } else {
        link.removeAttribute('aria-current');
      }
    }
  };
  let connection = {kind: '', word: 'connecting'};
  const state = () => {
    const {unready = [], elapsedSeconds = 0} = store.stats ?? {};
    if (connection.kind === 'bad') {
      setState(byId('state'), 'bad', connection.word);
    } else if (unready.length > 0) {
      setState(byId('state'), 'warn', unready[0]);
    } else {
      setState(byId('state'), 'good', `ready · up ${duration(elapsedSeconds)}`);
    }
    document.title = store.stream ? `${store.stream.name} — Penstock` : 'Penstock';
  };
  store.on('connection', now => {
    connection = now;
    document.body.classList.toggle('stale', now.kind === 'bad');
    state();
  });
  for (const topic of ['stats', 'selected']) {
    store.on(topic, () => {
      show();
      state();
    });
  }
  setText(byId('host'), location.host);
}
