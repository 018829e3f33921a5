/**
 * From strokes of a pen to a strip. The network knows digits 20 pixels high in a strip of 32, so
 * what is written is scaled as a whole until all its ink is 20 pixels high, with its proportions
 * kept, and lies in the middle row. The width of the pen stays the same.
 */

import { SIDE } from "./network.js";

/** Half of the pen's width, in pixels of the strip. */
export const RADIUS = 1.3;
/** The height that all ink together gets. */
export const HEIGHT = 20;
// One dash must not become 20 pixels high. What fills the pad becomes smaller by 0.6.
const LARGEST = 1.6;
const RIM = 4;

/** @typedef {[number, number][]} Stroke points, x and y in rows of the pad, which has 32 */

/**
 * @param {Stroke[]} strokes
 * @param {number} width of the strip
 * @returns {{strip: Float32Array, scale: number}} SIDE x width, from 0 to 1; by how much it is scaled
 */
export function written(strokes, width) {
  const points = strokes.flat();
  const strip = new Float32Array(SIDE * width);
  if (points.length === 0) return { strip, scale: 1 };
  const [left, right] = ends(points.map(([x]) => x));
  const [top, bottom] = ends(points.map(([, y]) => y));
  const pen = 2 * RADIUS;
  // The pen is not scaled, so what the scale has to fit is where its middle goes.
  const scale = Math.min(
    LARGEST,
    (HEIGHT - pen) / Math.max(1, bottom - top),
    (width - 2 * RIM - pen) / Math.max(1, right - left),
  );
  const place = (/** @type {[number, number]} */ [x, y]) => [
    RIM + RADIUS + scale * (x - left),
    SIDE / 2 + scale * (y - (top + bottom) / 2),
  ];
  for (const stroke of strokes) {
    const placed = stroke.map(place);
    placed.forEach((to, at) => line(strip, width, placed[Math.max(0, at - 1)], to));
  }
  return { strip, scale };
}

/**
 * A line with a round tip and a soft edge.
 *
 * @param {Float32Array} strip
 * @param {number} width
 * @param {number[]} from
 * @param {number[]} to
 */
function line(strip, width, [x0, y0], [x1, y1]) {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const length = dx * dx + dy * dy;
  const [left, right] = reach(x0, x1, width);
  const [top, bottom] = reach(y0, y1, SIDE);
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= right; column++) {
      const [x, y] = [column + 0.5 - x0, row + 0.5 - y0];
      const along = length ? Math.min(1, Math.max(0, (x * dx + y * dy) / length)) : 0;
      const distance = Math.hypot(x - along * dx, y - along * dy);
      const covered = Math.min(1, Math.max(0, RADIUS + 0.5 - distance));
      const at = row * width + column;
      strip[at] = Math.max(strip[at], covered);
    }
  }
}

/**
 * @param {number} a
 * @param {number} b
 * @param {number} count
 */
function reach(a, b, count) {
  const first = Math.floor(Math.min(a, b) - RADIUS - 1);
  const last = Math.ceil(Math.max(a, b) + RADIUS + 1);
  return [Math.max(0, first), Math.min(count - 1, last)];
}

/** @param {number[]} numbers */
function ends(numbers) {
  return numbers.reduce(
    ([least, most], number) => [Math.min(least, number), Math.max(most, number)],
    [Infinity, -Infinity],
  );
}
