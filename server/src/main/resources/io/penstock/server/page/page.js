// The page: a store, the one connection, and a module for each panel. The first figures stand in the page itself.

import {mountApi} from './api.js';
import {mountCharts} from './charts.js';
import {byId, setText} from './dom.js';
import {mountFigures} from './figures.js';
import {kioskOf, mountKiosk} from './kiosk.js';
import {Live} from './live.js';
import {mountModels} from './models.js';
import {mountNavigation} from './navigation.js';
import {mountNotice} from './notice.js';
import {mountResults} from './results.js';
import {Store} from './store.js';
import {mountTiles} from './tiles.js';
import {mountTryIt} from './tryit.js';
import {mountView} from './view.js';

const store = new Store();
const live = new Live(store);
const THEMES = ['system', 'light', 'dark'];

function mountTheme() {
  const button = byId('theme');
  const show = () => setText(button, `Theme: ${document.documentElement.dataset.theme ?? THEMES[0]}`);
  button.addEventListener('click', () => {
    const now = document.documentElement.dataset.theme ?? THEMES[0];
    const next = THEMES[(THEMES.indexOf(now) + 1) % THEMES.length];
    if (next === THEMES[0]) {
      delete document.documentElement.dataset.theme;
      localStorage.removeItem('theme');
    } else {
      document.documentElement.dataset.theme = next;
      localStorage.setItem('theme', next);
    }
    show();
  });
  show();
}

/** The large picture of the selected stream, and a tile of each other one. */
function ordinarySubscriptions() {
  return store.streams.map(({key, pipeline, name}) => (
    {pipeline, stream: name, view: key === store.selected ? 'full' : 'tile'}));
}

function mountAll() {
  const only = kioskOf(location.search);
  if (only !== undefined) {
    return mountKiosk(store, only);
  }
  mountNavigation(store);
  mountTheme();
  for (const mount of [mountNotice, mountView, mountFigures, mountCharts, mountTiles, mountModels, mountTryIt, mountResults, mountApi]) {
    mount(store);
  }
  return ordinarySubscriptions;
}

const subscriptions = mountAll();
const selectFromAddress = () => {
  const wanted = decodeURIComponent(location.hash.slice(1));
  if (store.pipelines.some(({name}) => name === wanted.split('/')[0]) && !document.getElementById(wanted)) {
    store.select(wanted);
  }
};
// Nobody is shown what nobody sees: a hidden or paused page asks for no pictures, and none are encoded for it.
const resubscribe = () => live.subscribe(document.hidden || store.paused ? [] : subscriptions());
for (const topic of ['stats', 'selected', 'paused']) {
  store.on(topic, resubscribe);
}
document.addEventListener('visibilitychange', resubscribe);
addEventListener('hashchange', selectFromAddress);
store.take(JSON.parse(byId('first').textContent));
selectFromAddress();
live.connect();
