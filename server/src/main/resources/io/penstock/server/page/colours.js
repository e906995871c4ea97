// A class has one colour everywhere: here, and in the pictures that the server paints.

const GOLDEN = 0.618033988749895;

/** Hues a golden section apart, so that classes of near numbers look different; brightness in three steps. */
export function classColour(classId) {
  const id = ((classId % 1000) + 1000) % 1000;
  const hue = (0.02 + GOLDEN * id) % 1;
  const value = 1 - 0.14 * (classId % 3);
  const part = n => {
    const k = (n + hue * 6) % 6;
    return Math.round(255 * value * (1 - 0.8 * Math.min(1, Math.max(0, Math.min(k, 4 - k)))));
  };
  const [red, green, blue] = [part(5), part(3), part(1)];
  return {
    fill: `rgb(${red} ${green} ${blue})`,
    ink: 0.299 * red + 0.587 * green + 0.114 * blue > 110 ? '#000' : '#fff',
  };
}
