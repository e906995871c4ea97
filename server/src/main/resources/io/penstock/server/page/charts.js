// The two charts of the stream that is looked at: rates as lines, stages as areas.

import {byId, el} from './dom.js';
import {Chart} from './chart.js';
import {WINDOW_SECONDS} from './store.js';

export function mountCharts(store) {
  const rates = new Chart({
    title: 'Frames per second', unit: 'per second', stacked: false, seconds: WINDOW_SECONDS,
    series: [{key: 'in', label: 'in', colour: '--s1'}, {key: 'out', label: 'out', colour: '--s4'}],
  });
  const stages = new Chart({
    title: 'Where the time goes', unit: 'milliseconds', stacked: true, seconds: WINDOW_SECONDS,
    series: [{key: 'queue', label: 'queue', colour: '--s2'}, {key: 'preprocess', label: 'preprocess', colour: '--s3'},
      {key: 'infer', label: 'infer', colour: '--s1'}, {key: 'postprocess', label: 'postprocess', colour: '--s4'}],
  });
  byId('rates').append(el('h2', {textContent: 'Frames per second'}), rates.root);
  byId('stages').append(el('h2', {}, 'Where the time goes, ', el('span', {className: 'unit', textContent: 'ms per frame'})),
    stages.root);
  const show = () => {
    const hasStream = Boolean(store.stream);
    byId('charts').hidden = !hasStream;
    if (hasStream) {
      const points = store.points.get(store.selected) ?? [];
      rates.update(points);
      stages.update(points);
    }
  };
  store.on('stats', show);
  store.on('selected', show);
}
