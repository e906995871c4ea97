// Finds room for labels: inside the picture, and off each other.

const shared = (a, b) =>
  Math.max(0, Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x)) *
  Math.max(0, Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y));

/**
 * A place for each label of `wanted` ({box, width, height}), which come in the order of their right to one; null where
 * none is left: the box is still there, and its name is in the list of what is seen.
 */
export function placeLabels(wanted, picture) {
  const taken = [];
  return wanted.map(({box, width, height}) => {
    let best = null;
    let least = Infinity;
    for (const top of [box.y - height, box.y, box.y + box.height, box.y + box.height - height]) {
      for (const left of [box.x, box.x + box.width - width]) {
        const tag = {
          x: Math.min(Math.max(0, left), Math.max(0, picture.width - width)),
          y: Math.min(Math.max(0, top), Math.max(0, picture.height - height)),
          width, height,
        };
        // Pushed inside the picture it may leave its box; that is worse than not moved at all.
        const cost = Math.abs(tag.x - left) + Math.abs(tag.y - top);
        if (cost < least && taken.every(other => shared(tag, other) < 0.5)) {
          least = cost;
          best = tag;
        }
      }
    }
    if (best) {
      taken.push(best);
    }
    return best;
  });
}
