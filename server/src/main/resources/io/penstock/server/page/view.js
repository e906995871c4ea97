// The picture that is looked at: its boxes, its state, the chips that say what is seen and hide what is not wanted.

import {classColour} from './colours.js';
import {byId, copyable, el, setState, setText} from './dom.js';
import {Picture} from './picture.js';

const CHIPS_MILLIS = 400;
const CHIP_STAYS_MILLIS = 10_000;

const EXAMPLE = `spec:
  source:
    streams:
      cameras:
        - {name: gate, synthetic: {scene: street, fps: 15}}`;

export function mountView(store) {
  const root = byId('view');
  const picture = new Picture('camera', {spoken: true});
  picture.hidden = store.hidden;
  const parts = {
    state: el('span', {className: 'state'}), in: el('b', {textContent: '–'}), out: el('b', {textContent: '–'}),
    behind: el('b', {textContent: '–'}), chips: el('span', {className: 'chips', role: 'group', 'aria-label': 'Classes'}),
    pause: el('button', {type: 'button', className: 'quiet', textContent: 'Pause'}),
    trouble: el('p', {className: 'trouble', hidden: true}),
  };
  const measured = (value, unit) => el('span', {className: 'num'}, value, el('span', {className: 'unit', textContent: unit}));
  root.append(picture.root, el('figcaption', {}, parts.state, measured(parts.in, 'fps in'), measured(parts.out, 'fps out'),
    measured(parts.behind, 'ms behind'), parts.pause, parts.chips), parts.trouble);
  byId('no-stream').append(copyable('In the pipeline document', EXAMPLE));
  parts.pause.addEventListener('click', () => store.setPaused(!store.paused));
  const chips = new Chips(parts.chips, store);

  store.on('paused', paused => {
    setText(parts.pause, paused ? 'Go on' : 'Pause');
    parts.pause.setAttribute('aria-pressed', paused);
    show();
  });
  store.on('hidden', () => {
    picture.redraw();
    chips.draw();
  });
  store.on('selected', () => {
    picture.clear(`${store.stream?.name ?? ''} camera`);
    chips.clear();
    setText(parts.behind, '–');
    show();
  });
  store.on('frame', frame => {
    if (frame.key === store.selected && frame.view === 'full') {
      picture.show(frame.jpeg, frame.result);
      if (chips.take(frame.result.detections)) {
        setText(parts.behind, String(Math.round(store.behind(frame.result.timestamp))));
      }
    }
  });
  const show = () => {
    const stream = store.stream;
    root.hidden = !stream;
    byId('no-stream').hidden = store.streams.length > 0;
    if (stream) {
      const {kind, word, sentence} = store.condition(stream);
      setState(parts.state, store.paused ? '' : kind, `${stream.name} · ${store.paused ? 'paused' : word}`);
      setText(parts.in, store.rate(stream.key, 'in')?.toFixed(1) ?? '–');
      setText(parts.out, store.rate(stream.key, 'out')?.toFixed(1) ?? '–');
      parts.trouble.hidden = kind !== 'bad' && kind !== 'warn';
      setText(parts.trouble, `${stream.name}: ${sentence}`);
    }
  };
  store.on('stats', show);
}

/** The classes that were seen lately, and those that are hidden. */
class Chips {
  constructor(root, store) {
    this.root = root;
    this.store = store;
    this.classes = new Map();
    this.buttons = new Map();
    this.drawnAt = 0;
  }

  /** Counts a frame's detections; whether it was time to show them. */
  take(detections) {
    const now = performance.now();
    if (now - this.drawnAt < CHIPS_MILLIS) {
      return false;
    }
    this.drawnAt = now;
    for (const known of this.classes.values()) {
      known.count = 0;
    }
    for (const {label, classId} of detections) {
      const known = this.classes.get(label) ?? {classId, count: 0};
      known.count++;
      known.at = now;
      this.classes.set(label, known);
    }
    for (const [label, {at}] of this.classes) {
      if (now - at > CHIP_STAYS_MILLIS && !this.store.hidden.has(label)) {
        this.classes.delete(label);
      }
    }
    this.draw();
    return true;
  }

  clear() {
    this.classes.clear();
    this.draw();
  }

  draw() {
    for (const [label, button] of this.buttons) {
      if (!this.classes.has(label)) {
        button.root.remove();
        this.buttons.delete(label);
      }
    }
    const sorted = [...this.classes].sort(([, a], [, b]) => a.classId - b.classId);
    sorted.forEach(([label, {classId, count}], i) => {
      const button = this.buttons.get(label) ?? this.make(label, classId);
      this.buttons.set(label, button);
      const isHidden = this.store.hidden.has(label);
      setText(button.count, isHidden ? '' : ` ${count}`);
      button.root.setAttribute('aria-pressed', String(!isHidden));
      if (this.root.children[i] !== button.root) {
        this.root.insertBefore(button.root, this.root.children[i] ?? null);
      }
    });
  }

  make(label, classId) {
    const swatch = el('i');
    swatch.style.background = classColour(classId).fill;
    const count = el('span', {className: 'num'});
    const root = el('button', {type: 'button', className: 'chip', title: `Show or hide ${label}`}, swatch, label, count);
    root.dataset.label = label;
    root.addEventListener('click', () => this.store.toggleClass(label));
    return {root, count};
  }
}
