// The header: pipelines, places on this page, and what the server says of itself.

import {byId, duration, el, setState, setText} from './dom.js';

export function mountNavigation(store) {
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
