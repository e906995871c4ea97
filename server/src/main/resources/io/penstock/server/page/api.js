// How to call what runs here: addresses of the pipeline that is looked at, each with a line to try.

import {byId, copyable, el} from './dom.js';

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
