/**
 * Strips written with test digits, as close as asked: `lenet_course.strings.compose`, and the point
 * and the star of `draw_points` and `draw_stars` in their middle size.
 */

import { SIDE } from "./network.js";

/** From this value on a pixel is ink. */
export const INK = 0.5;
/** So far apart are the middles of two neighbors at least. */
const LEAST_PITCH = 11;
const FIELD = 28;
const FAR = 1000;

/**
 * One symbol of a string.
 *
 * @typedef {object} Piece
 * @property {string} symbol
 * @property {number | null} number its place in MNIST's test set; null for a point or a star
 * @property {Float32Array} pixels 28 x 28, from 0, paper, to 1, ink
 * @property {number} nudge by how many columns it is farther from its left neighbor than the others
 */

/** @param {(x: number, y: number) => number} covered how much ink is in a pixel */
const drawn = (covered) =>
  Float32Array.from({ length: FIELD * FIELD }, (_, at) =>
    Math.min(1, Math.max(0, covered(at % FIELD, Math.floor(at / FIELD)))),
  );

export const POINT = drawn((x, y) => 2.55 - Math.hypot(y - 21.5, x - 14));

const [LENGTH, WIDTH] = [6.5, 1.1];
export const STAR = drawn((x, y) => {
  const distances = [1, 3, 5].map((stroke) => {
    const [cos, sin] = [Math.cos((Math.PI * stroke) / 6), Math.sin((Math.PI * stroke) / 6)];
    const along = Math.min(LENGTH, Math.max(-LENGTH, (x - 14) * cos + (y - 14) * sin));
    return Math.hypot(x - 14 - along * cos, y - 14 - along * sin);
  });
  return WIDTH + 0.5 - Math.min(...distances);
});

/**
 * Where the middles of symbols are, for so many columns of paper between neighbors where they come
 * closest; 0: they touch, -2: they share two columns. The string is in the middle of the strip.
 *
 * @param {Piece[]} pieces
 * @param {number} gap
 * @param {number} width of the strip
 * @returns {number[] | null} null if they would leave the strip
 */
export function centersOf(pieces, gap, width) {
  const middles = [0];
  for (let at = 1; at < pieces.length; at++) {
    const pitch = closest(pieces[at - 1].pixels, pieces[at].pixels) + 1 + gap + pieces[at].nudge;
    middles.push(middles[at - 1] + Math.max(pitch, LEAST_PITCH));
  }
  const length = middles[middles.length - 1] + FIELD;
  if (length > width) return null;
  // In steps of two columns, like the places in which the network looks.
  const start = 2 * Math.floor((width - length) / 4) + FIELD / 2;
  return middles.map((middle) => start + middle);
}

/**
 * @param {Piece[]} pieces
 * @param {number[]} centers
 * @param {number} width
 * @returns {Float32Array} SIDE x width
 */
export function compose(pieces, centers, width) {
  const strip = new Float32Array(SIDE * width);
  pieces.forEach(({ pixels }, index) => {
    for (let at = 0; at < pixels.length; at++) {
      const row = Math.floor(at / FIELD) + (SIDE - FIELD) / 2;
      const to = row * width + centers[index] - FIELD / 2 + (at % FIELD);
      strip[to] = Math.max(strip[to], pixels[at]);
    }
  });
  return strip;
}

/**
 * How far right of a symbol's middle the next one's has to be so that they share one column.
 *
 * @param {Float32Array} left
 * @param {Float32Array} right
 */
function closest(left, right) {
  const [last, first] = [lastInk(left), firstInk(right)];
  let most = -FAR;
  first.forEach((column, row) => {
    // Pixels that meet at a corner touch too.
    const reach = Math.max(...last.slice(Math.max(0, row - 1), row + 2));
    most = Math.max(most, reach - column);
  });
  return most;
}

/** @param {Float32Array} pixels @returns {number[]} for each row its last column of ink */
const lastInk = (pixels) => inkOf(pixels).map((columns) => Math.max(-FAR, ...columns));

/** @param {Float32Array} pixels @returns {number[]} for each row its first column of ink */
const firstInk = (pixels) => inkOf(pixels).map((columns) => Math.min(FAR, ...columns));

/** @param {Float32Array} pixels @returns {number[][]} for each row the columns that are ink */
const inkOf = (pixels) =>
  range.map((row) => range.filter((column) => pixels[row * FIELD + column] >= INK));

const range = Array.from({ length: FIELD }, (_, index) => index);
