// What runs: each model with its backend, its size, where it executes, and what an execution costs.

import {byId, bytes, el, millis, setText, whole} from './dom.js';

function facts(card, model) {
  const threads = card && card.threads > 1 ? `${card.threads} threads` : '1 thread';
  const where = card && `${card.device}, ${card.instances > 1 ? `${card.instances} × ` : ''}${threads}`;
  return [
    ...(card ? [card.backend, bytes(card.bytes), where] : []),
    ...(model.failures > 0 ? [`${whole(model.failures)} failed`] : []),
    ...(card?.queueDepth > 0 ? [`${card.queueDepth} waiting`] : []),
  ].join(' · ');
}

export function mountModels(store) {
  const body = el('tbody');
  const none = el('p', {className: 'hint', textContent: 'No model is loaded yet.'});
  const memory = el('p', {className: 'hint num'});
  byId('models').append(el('h2', {textContent: 'Models'}), el('table', {className: 'num'},
    el('thead', {className: 'unseen'}, el('tr', {}, el('th', {textContent: 'Model', scope: 'col'}),
      el('th', {textContent: 'Compute and batch', scope: 'col'}))), body), none, memory);
  const rows = new Map();
  store.on('stats', ({models, loaded, bytesInFlight}) => {
    setText(memory, `${bytes(bytesInFlight)} in flight`);
    none.hidden = Object.keys(models).length > 0;
    for (const [name, row] of rows) {
      if (!(name in models)) {
        row.root.remove();
        rows.delete(name);
      }
    }
    for (const [name, model] of Object.entries(models)) {
      let row = rows.get(name);
      if (!row) {
        row = {facts: el('small'), compute: el('span'), batch: el('small')};
        row.root = el('tr', {}, el('td', {}, name, el('br'), row.facts), el('td', {}, row.compute, el('br'), row.batch));
        rows.set(name, row);
        body.append(row.root);
      }
      const items = loaded[name]?.items ?? model.requests - model.failures;
      setText(row.facts, facts(loaded[name], model));
      setText(row.compute, model.executions > 0 ? `${millis(model.computeSeconds.p50)} ms` : 'idle');
      setText(row.batch, model.executions > 0 ? `batch ${(items / model.executions).toFixed(1)}` : '');
    }
  });
}
