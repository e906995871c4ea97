// The strip of figures under the picture: what came in, what became of it, and how late it was.

import {byId, el, millis, setText, whole} from './dom.js';

const CAUSES = [['queueFull', 'queue full'], ['tooOld', 'too old'], ['decoder', 'decoder'], ['failed', 'failed']];

export function mountFigures(store) {
  const figure = (name, unit = '') => {
    const value = el('dd', {}, el('strong', {textContent: '–'}));
    if (unit) {
      value.append(el('span', {className: 'unit', textContent: unit}));
    }
    const note = el('dd', {className: 'note'});
    return {root: el('div', {}, el('dt', {textContent: name}), value, note), value: value.firstChild, note};
  };
  const parts = {
    captured: figure('frames in'), inferred: figure('inferred'), dropped: figure('dropped'), p99: figure('behind, p99', 'ms'),
  };
  byId('figures').append(el('h2', {className: 'unseen', textContent: 'Figures'}),
    el('dl', {className: 'figures num'}, ...Object.values(parts).map(({root}) => root)));
  const show = () => {
    const now = store.stats?.streams[store.selected];
    byId('figures').hidden = !now;
    if (!now) {
      return;
    }
    const dropped = CAUSES.map(([key, cause]) => [cause, now.dropped[key]]).filter(([, count]) => count > 0);
    setText(parts.captured.value, whole(now.captured));
    setText(parts.captured.note, now.inFlight > 0 ? `${now.inFlight} under way` : '');
    setText(parts.inferred.value, whole(now.inferred));
    setText(parts.inferred.note, now.skipped > 0 ? `${whole(now.skipped)} skipped` : '');
    setText(parts.dropped.value, whole(dropped.reduce((sum, [, count]) => sum + count, 0)));
    setText(parts.dropped.note, dropped.map(([cause, count]) => `${cause} ${whole(count)}`).join(' · '));
    setText(parts.p99.value, millis(now.captureToResultSeconds.p99));
    setText(parts.p99.note, `half within ${millis(now.captureToResultSeconds.p50)} ms`);
  };
  store.on('stats', show);
  store.on('selected', show);
}
