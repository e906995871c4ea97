// The wall: every stream of every pipeline, small. A click looks at it.

import {byId, el, setState, setText} from './dom.js';
import {Picture} from './picture.js';

const TILE_MILLIS = 200;

export function mountTiles(store) {
  const tiles = new Map();
  const grid = el('div', {className: 'tiles'});
  const troubles = el('div', {className: 'troubles'});
  byId('streams').append(el('h2', {textContent: 'Streams'}), grid, troubles);

  const make = ({key, name}) => {
    const picture = new Picture(`${name} camera, small`);
    const tile = {
      picture, shownAt: 0, state: el('span', {className: 'state'}), rate: el('span', {className: 'unit num'}),
    };
    tile.root = el('button', {type: 'button', className: 'tile'}, picture.root, el('span', {className: 'name'}, tile.state,
      tile.rate));
    picture.hidden = store.hidden;
    tile.root.addEventListener('click', () => {
      location.hash = `#${encodeURI(key)}`;
    });
    grid.append(tile.root);
    return tile;
  };
  const show = () => {
    const streams = store.streams;
    byId('streams').hidden = streams.length === 0;
    const many = new Set(streams.map(({pipeline}) => pipeline)).size > 1;
    const keys = new Set(streams.map(({key}) => key));
    for (const [key, tile] of tiles) {
      if (!keys.has(key)) {
        tile.root.remove();
        tiles.delete(key);
      }
    }
    const wrong = [];
    for (const stream of streams) {
      const tile = tiles.get(stream.key) ?? make(stream);
      tiles.set(stream.key, tile);
      const {kind, word, sentence} = store.condition(stream);
      setState(tile.state, kind, many ? stream.key : stream.name);
      setText(tile.rate, kind === 'good' ? store.rate(stream.key, 'out')?.toFixed(1) ?? '' : word);
      tile.root.setAttribute('aria-label', `${stream.key}, ${word}`);
      tile.root.setAttribute('aria-pressed', String(stream.key === store.selected));
      if (kind === 'bad') {
        wrong.push(`${stream.name}: ${sentence}`);
      }
    }
    setText(troubles, wrong.join('\n'));
  };
  store.on('stats', show);
  store.on('selected', show);
  store.on('hidden', () => tiles.forEach(({picture}) => picture.redraw()));
  store.on('frame', ({key, view, jpeg, result}) => {
    // The stream that is looked at is not sent a second time, small: its tile shows some of the large frames.
    const tile = tiles.get(key);
    const now = performance.now();
    if (tile && (view === 'tile' || now - tile.shownAt >= TILE_MILLIS)) {
      tile.shownAt = now;
      tile.picture.show(jpeg, result);
    }
  });
}
