// A wall screen: nothing but the pictures of all streams, or of one pipeline's or one stream's.

import {byId, el} from './dom.js';
import {Picture} from './picture.js';

const FULL_AT_MOST = 4;

/** What `?kiosk` or `?kiosk=street` asks for; undefined for the ordinary page. */
export const kioskOf = search => new URLSearchParams(search).get('kiosk') ?? undefined;

export function mountKiosk(store, only) {
  document.body.classList.add('kiosk');
  const wall = el('div', {className: 'wall'});
  byId('main').replaceChildren(wall);
  const pictures = new Map();
  const wanted = () => store.streams.filter(({key, pipeline}) => !only || only === key || only === pipeline);
  store.on('stats', () => {
    const streams = wanted();
    const keys = new Set(streams.map(({key}) => key));
    for (const [key, picture] of pictures) {
      if (!keys.has(key)) {
        picture.root.remove();
        pictures.delete(key);
      }
    }
    for (const {key, name} of streams) {
      if (!pictures.has(key)) {
        const picture = new Picture(`${name} camera`, {spoken: streams.length === 1});
        pictures.set(key, picture);
        wall.append(picture.root);
      }
    }
    wall.style.setProperty('--columns', Math.ceil(Math.sqrt(Math.max(1, streams.length))));
  });
  store.on('frame', ({key, jpeg, result}) => pictures.get(key)?.show(jpeg, result));
  return () => {
    const streams = wanted();
    const view = streams.length <= FULL_AT_MOST ? 'full' : 'tile';
    return streams.map(({pipeline, name}) => ({pipeline, stream: name, view}));
  };
}
