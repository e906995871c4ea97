// One chart: lines, or areas that stack, over the last minutes. Baseline at zero, three marks, the newest value in the
// legend, and the values of the moment under the pointer or the arrow keys.

import {duration, el, isStill, setText, svg} from './dom.js';

const HEIGHT = 132;
const TOP = 8;
const BOTTOM = 18;
const LEFT = 34;
const MARKS = 3;
const SECOND_MILLIS = 1000;
/** While little is known, little is shown, and that large. */
const LEAST_SPAN = 30;

/** A round step, so that three of them hold `most` and little more. */
export function stepFor(most) {
  const least = Math.max(most, 1e-3) / MARKS;
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 1.5, 2, 3, 4, 5, 8, 10].map(times => times * power).find(step => step >= least * 0.999);
}

const shown = value => (value >= 100 ? Math.round(value) : value.toFixed(1));

export class Chart {
  /** `series` are {key, label, colour}; `colour` names a variable of the style sheet. */
  constructor({title, unit, series, stacked, seconds}) {
    Object.assign(this, {title, unit, series, stacked, seconds});
    this.points = [];
    this.width = 400;
    this.step = 1;
    this.span = LEAST_SPAN;
    this.marks = svg('g', {class: 'marks'});
    this.moving = svg('g');
    const clip = `clip-${series[0].key}`;
    this.window = svg('rect', {x: LEFT, y: 0, height: HEIGHT});
    this.cursor = svg('line', {class: 'cursor', y1: TOP, y2: HEIGHT - BOTTOM});
    this.cursor.style.display = 'none';
    this.drawing = svg('svg', {class: 'chart', role: 'img', tabindex: 0},
      svg('defs', {}, svg('clipPath', {id: clip}, this.window)), this.marks,
      svg('g', {'clip-path': `url(#${clip})`}, this.moving), this.cursor);
    this.tip = el('div', {className: 'tip', hidden: true});
    this.values = series.map(() => el('b', {textContent: '–'}));
    const legend = el('div', {className: 'legend num'}, ...series.map(({label, colour}, i) => {
      const swatch = el('i');
      swatch.style.background = `var(${colour})`;
      return el('span', {}, swatch, `${label} `, this.values[i]);
    }));
    this.root = el('div', {className: 'plot'}, this.drawing, this.tip, legend);
    this.paths = series.map(({key, colour}) => {
      const path = svg('path', {'data-series': key, class: stacked ? 'area' : 'line'});
      path.style.setProperty('--colour', `var(${colour})`);
      return path;
    });
    this.moving.append(...(stacked ? this.paths : [...this.paths].reverse()));
    this.listen();
  }

  listen() {
    new ResizeObserver(([{contentRect}]) => {
      if (contentRect.width > 0) {
        this.width = contentRect.width;
        this.draw(false);
      }
    }).observe(this.drawing);
    this.drawing.addEventListener('pointermove', event => {
      const x = event.clientX - this.drawing.getBoundingClientRect().left;
      this.point((x - LEFT) / (this.width - LEFT));
    });
    for (const type of ['pointerleave', 'blur']) {
      this.drawing.addEventListener(type, () => this.point(undefined));
    }
    this.drawing.addEventListener('keydown', event => {
      const way = {ArrowLeft: -1, ArrowRight: 1}[event.key];
      if (way) {
        event.preventDefault();
        this.point(Math.min(1, Math.max(0, (this.pointed ?? 1) + way / this.span)));
      }
    });
  }

  /** Takes points {at, …} in the order of their time; the newest is now. */
  update(points) {
    this.points = points;
    const age = points.length > 0 ? points.at(-1).at - points[0].at : 0;
    this.span = Math.min(this.seconds, Math.max(LEAST_SPAN, age));
    this.draw(true);
  }

  x(at) {
    const newest = this.points.at(-1)?.at ?? 0;
    return LEFT + (this.width - LEFT) * (1 + (at - newest) / this.span);
  }

  y(value) {
    return HEIGHT - BOTTOM - value / (MARKS * this.step) * (HEIGHT - BOTTOM - TOP);
  }

  draw(moved) {
    const tops = this.points.map(point => this.stacked
      ? this.series.reduce((sum, {key}) => sum + point[key], 0)
      : Math.max(...this.series.map(({key}) => point[key])));
    this.step = stepFor(Math.max(0, ...tops));
    this.drawing.setAttribute('viewBox', `0 0 ${this.width} ${HEIGHT}`);
    this.window.setAttribute('width', Math.max(0, this.width - LEFT));
    this.drawMarks();
    const floor = this.points.map(() => 0);
    this.series.forEach(({key}, i) => {
      const upper = this.points.map((point, k) => point[key] + (this.stacked ? floor[k] : 0));
      this.paths[i].setAttribute('d', this.path(upper, this.stacked ? [...floor] : null));
      upper.forEach((value, k) => {
        floor[k] = value;
      });
      const newest = this.points.at(-1)?.[key];
      setText(this.values[i], newest === undefined ? '–' : `${shown(newest)}`);
    });
    this.drawing.setAttribute('aria-label', `${this.title}: ${
      this.series.map(({label}, i) => `${label} ${this.values[i].textContent}`).join(', ')} ${this.unit}`);
    if (moved && this.points.length > 1 && !isStill() && !document.hidden) {
      const by = this.x(this.points.at(-1).at) - this.x(this.points.at(-2).at);
      this.moving.animate([{transform: `translateX(${by}px)`}, {transform: 'none'}], SECOND_MILLIS);
    }
    this.point(this.pointed);
  }

  path(upper, lower) {
    if (upper.length === 0) {
      return '';
    }
    const along = values => values.map((value, k) => `${this.x(this.points[k].at).toFixed(1)},${
      this.y(value).toFixed(1)}`);
    const line = `M${along(upper).join('L')}`;
    return lower ? `${line}L${along(lower).reverse().join('L')}Z` : line;
  }

  drawMarks() {
    const lines = Array.from({length: MARKS + 1}, (_, i) => {
      const y = this.y(i * this.step);
      return [svg('line', {x1: LEFT, x2: this.width, y1: y, y2: y, class: i === 0 ? 'base' : ''}),
        svg('text', {x: LEFT - 6, y: y + 4, 'text-anchor': 'end'}, `${Number((i * this.step).toPrecision(6))}`)];
    });
    this.marks.replaceChildren(...lines.flat(),
      svg('text', {x: LEFT, y: HEIGHT - 3}, `−${duration(this.span)}`),
      svg('text', {x: this.width, y: HEIGHT - 3, 'text-anchor': 'end'}, 'now'));
  }

  /** Shows the values at a share of the window, or nothing where it is undefined. */
  point(share) {
    this.pointed = share;
    const newest = this.points.at(-1);
    const inside = share !== undefined && share >= 0 && share <= 1 && newest;
    this.tip.hidden = !inside;
    this.cursor.style.display = inside ? '' : 'none';
    if (!inside) {
      return;
    }
    const at = newest.at - (1 - share) * this.span;
    const nearest = this.points.reduce((a, b) => (Math.abs(b.at - at) < Math.abs(a.at - at) ? b : a));
    const x = this.x(nearest.at);
    this.cursor.setAttribute('x1', x);
    this.cursor.setAttribute('x2', x);
    const rows = this.series.map(({key, label, colour}) => {
      const swatch = el('i');
      swatch.style.background = `var(${colour})`;
      return el('span', {}, swatch, `${label} ${shown(nearest[key])}`);
    });
    if (this.stacked) {
      rows.reverse();
    }
    const ago = Math.round(newest.at - nearest.at);
    this.tip.replaceChildren(el('b', {textContent: ago === 0 ? 'now' : `${ago} s ago`}), ...rows);
    this.tip.style.left = `${Math.max(0, Math.min(this.width - this.tip.offsetWidth, x - this.tip.offsetWidth / 2))}px`;
  }
}
