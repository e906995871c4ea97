// Boxes and labels over a picture, in the picture's own pixels.

import {classColour} from './colours.js';
import {svg} from './dom.js';
import {placeLabels} from './labels.js';

const PAD = 5;
const NARROW_PIXELS = 520;
const MOST_LINES = 4;
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

const scored = (label, score) => `${label} · ${score.toFixed(2).replace(/^0/, '')}`;

/** What other pipelines said: the best class of each, and the objects that each found. */
function said(inferred) {
  return (inferred ?? []).flatMap(({classifications = [], detections = [], inferred: further}) => [
    ...classifications.slice(0, 1).map(({label, score}) => scored(label, score)),
    ...detections.flatMap(each => [scored(each.label, each.score), ...said(each.inferred)]), ...said(further)]);
}

/** The lines of an object's label: its own with the number of its track, and below what others said of it. */
export function linesOf({label, trackId, score, inferred}) {
  const name = trackId === undefined ? label : `${label} #${trackId}`;
  return [scored(name, score), ...said(inferred)].slice(0, MOST_LINES);
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
    const pitch = font + 2 * scale;
    const texts = best.map(linesOf);
    const places = placeLabels(best.map(({box}, i) => ({
      box,
      width: Math.min(result.width, Math.max(...texts[i].map(textWidth)) * font + 2 * PAD * scale),
      height: texts[i].length * pitch + 4 * scale,
    })), result);
    while (this.groups.length < best.length) {
      this.groups.push(this.make());
    }
    this.groups.forEach((group, i) => {
      group.box.style.display = i < best.length ? '' : 'none';
      group.tag.style.display = i < best.length && places[i] ? '' : 'none';
      if (i < best.length) {
        this.show(group, best[i], places[i], {scale, font, pitch, lines: texts[i]});
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

  show({box, tag, sheet, text}, detection, place, {scale, font, pitch, lines}) {
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
      text.setAttribute('font-size', font);
      while (text.childNodes.length < lines.length) {
        text.append(svg('tspan'));
      }
      [...text.childNodes].forEach((line, i) => {
        line.setAttribute('x', place.x + PAD * scale);
        line.setAttribute('y', place.y + font + scale + i * pitch);
        line.textContent = lines[i] ?? '';
      });
    }
  }
}
