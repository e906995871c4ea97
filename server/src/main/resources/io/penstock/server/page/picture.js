// One picture on the page: pixels on a canvas, boxes above, and words for those who do not see it.

import {el, setText, svg} from './dom.js';
import {inWords, Overlay} from './overlay.js';

const WORDS_MILLIS = 5000;

export class Picture {
  /** `name` says what the picture is of; `spoken` tells screen readers, seldom, what changed. */
  constructor(name, {spoken = false} = {}) {
    this.name = name;
    this.canvas = el('canvas', {role: 'img', 'aria-label': `${name}: no picture yet`});
    const layer = svg('svg', {class: 'overlay', 'aria-hidden': 'true'});
    this.overlay = new Overlay(layer);
    this.words = el('p', {className: 'unseen'});
    if (spoken) {
      this.words.setAttribute('role', 'status');
    }
    this.root = el('div', {className: 'picture'}, this.canvas, layer, this.words);
    this.hidden = new Set();
    this.result = null;
    this.saidAt = -WORDS_MILLIS;
    new ResizeObserver(() => this.redraw()).observe(this.root);
  }

  /** Shows a blob's picture with its result; what comes while one is decoded replaces what waits. */
  async show(blob, result) {
    this.waiting = {blob, result};
    if (this.busy) {
      return;
    }
    this.busy = true;
    while (this.waiting) {
      const next = this.waiting;
      this.waiting = null;
      try {
        const bitmap = await createImageBitmap(next.blob);
        this.paint(bitmap, next.result);
        bitmap.close();
      } catch {
        // A picture that the browser cannot decode: the next one may be better.
      }
    }
    this.busy = false;
  }

  paint(bitmap, result) {
    if (this.canvas.width !== bitmap.width || this.canvas.height !== bitmap.height) {
      this.canvas.width = bitmap.width;
      this.canvas.height = bitmap.height;
    }
    this.canvas.getContext('2d').drawImage(bitmap, 0, 0);
    this.result = result;
    this.root.classList.add('shown');
    this.redraw();
    const now = performance.now();
    if (now - this.saidAt > WORDS_MILLIS) {
      this.saidAt = now;
      const words = `${this.name}: ${inWords(result.detections)}`;
      this.canvas.setAttribute('aria-label', words);
      setText(this.words, words);
    }
  }

  redraw() {
    if (this.result) {
      this.overlay.draw(this.result, this.hidden);
    }
  }

  clear(name) {
    this.name = name;
    this.waiting = null;
    this.result = null;
    this.saidAt = -WORDS_MILLIS;
    this.root.classList.remove('shown');
    this.overlay.draw({width: 16, height: 9, detections: []});
    this.canvas.setAttribute('aria-label', `${name}: no picture yet`);
  }
}
