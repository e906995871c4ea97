// Boxes and labels over a picture, in the picture's own pixels.

import {classColour} from './colours.js';
import {svg} from './dom.js';
import {placeLabels} from './labels.js';

const PAD = 5;
const NARROW_PIXELS = 520;
const measure = document.createElement('canvas').getContext('2d');
measure.font = '600 100px system-ui, sans-serif';
const widths = new Map();

/** Width of a label, in heights of its font. */
function textWidth(text) {
  if (!widths.has(text)) {
    if (widths.size > 2000) {
      widths.clear();
    }
    widths.set(text, measure.measureText(text).width / 100);
  }
  return widths.get(text);
}

export function labelOf(detection) {
  const track = detection.trackId === undefined ? '' : ` ${detection.trackId}`;
  return `${detection.label}${track} · ${detection.score.toFixed(2).replace(/^0/, '')}`;
}

/** What is seen, in words. Plurals would need each language's grammar, so three cars are `car 3`. */
export function inWords(detections) {
  const counts = new Map();
  for (const {label} of detections) {
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return [...counts].sort().map(([label, count]) => `${label} ${count}`).join(', ') || 'nothing found';
}

export class Overlay {
  constructor(root) {
    this.root = root;
    this.groups = [];
    // Labels lie above all boxes, so that no line crosses a text.
    this.boxes = svg('g');
    this.tags = svg('g', {class: 'tags'});
    root.append(this.boxes, this.tags);
  }

  /** Draws the detections whose label is not in `hidden`; the best lies on top and is the first to get a label. */
  draw(result, hidden = new Set()) {
    this.root.setAttribute('viewBox', `0 0 ${result.width} ${result.height}`);
    const {clientWidth, clientHeight} = this.root;
    // Picture pixels in a screen pixel: the picture is shown whole, whichever side is short.
    const scale = Math.max(result.width / Math.max(1, clientWidth), result.height / Math.max(1, clientHeight));
    const font = (clientWidth < NARROW_PIXELS ? 10 : 13) * scale;
    const best = result.detections.filter(({label}) => !hidden.has(label)).sort((a, b) => b.score - a.score);
    const places = placeLabels(best.map(detection => ({
      box: detection.box,
      width: Math.min(result.width, textWidth(labelOf(detection)) * font + 2 * PAD * scale),
      height: font + 6 * scale,
    })), result);
    while (this.groups.length < best.length) {
      this.groups.push(this.make());
    }
    this.groups.forEach((group, i) => {
      group.box.style.display = i < best.length ? '' : 'none';
      group.tag.style.display = i < best.length && places[i] ? '' : 'none';
      if (i < best.length) {
        this.show(group, best[i], places[i], {scale, font});
      }
    });
  }

  make() {
    const parts = {box: svg('rect', {class: 'box'}), sheet: svg('rect'), text: svg('text')};
    parts.tag = svg('g', {}, parts.sheet, parts.text);
    this.boxes.prepend(parts.box);
    this.tags.prepend(parts.tag);
    return parts;
  }

  show({box, tag, sheet, text}, detection, place, {scale, font}) {
    const colour = classColour(detection.classId);
    for (const [name, value] of Object.entries(detection.box)) {
      box.setAttribute(name, value);
    }
    box.dataset.label = tag.dataset.label = detection.label;
    box.setAttribute('stroke', colour.fill);
    box.setAttribute('stroke-width', 2 * scale);
    if (place) {
      for (const [name, value] of Object.entries(place)) {
        sheet.setAttribute(name, value);
      }
      sheet.setAttribute('fill', colour.fill);
      text.setAttribute('fill', colour.ink);
      text.setAttribute('x', place.x + PAD * scale);
      text.setAttribute('y', place.y + font + scale);
      text.setAttribute('font-size', font);
      text.textContent = labelOf(detection);
    }
  }
}
