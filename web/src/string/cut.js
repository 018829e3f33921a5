/** The other way: cut a strip into pieces before anything has read it (`lenet_course.strings.cut`). */

import { INK } from "./compose.js";
import { SIDE } from "./network.js";

/** So few pixels of ink are a speck of dirt. */
const SPECK = 8;

/** @typedef {Float32Array} Image SIDE rows */

/**
 * Ink that hangs together is a piece. While there are too many, the smallest one joins its nearest
 * neighbor; while there are too few, the widest one is cut in two where a column in the middle half
 * of its width has the least ink.
 *
 * @param {Image} strip from 0 to 1, with some ink
 * @param {number} count
 * @returns {Image[]} windows of SIDE x SIDE, each piece's center of mass in the middle
 */
export function cut(strip, count) {
  const width = strip.length / SIDE;
  const pieces = piecesOf(strip, width);
  while (pieces.length > count) {
    pieces.sort((a, b) => inkOf(b) - inkOf(a));
    const small = /** @type {Image} */ (pieces.pop());
    const from = middle(small, width);
    const distances = pieces.map((piece) => Math.abs(middle(piece, width) - from));
    const near = pieces[distances.indexOf(Math.min(...distances))];
    small.forEach((value, at) => (near[at] += value));
  }
  while (pieces.length < count) {
    pieces.sort((a, b) => wide(a, width) - wide(b, width));
    pieces.push(...halves(/** @type {Image} */ (pieces.pop()), width));
  }
  pieces.sort((a, b) => middle(a, width) - middle(b, width));
  return pieces.map((piece) => inTheMiddle(piece, width));
}

/**
 * The pieces by themselves, in the order of their first pixels; gray belongs to the ink next to it.
 *
 * @param {Image} strip
 * @param {number} width
 */
function piecesOf(strip, width) {
  const owner = new Int32Array(strip.length).fill(-1);
  /** @type {number[][]} */
  const found = [];
  strip.forEach((value, start) => {
    if (value < INK || owner[start] >= 0) return;
    const pixels = [start];
    owner[start] = found.length;
    for (const at of pixels) {
      for (const next of neighbors(at, width)) {
        if (strip[next] < INK || owner[next] >= 0) continue;
        owner[next] = found.length;
        pixels.push(next);
      }
    }
    found.push(pixels);
  });
  // Left to right and then down: of equally near ones SciPy takes the first in this order.
  const ink = found.flat().sort((a, b) => (a % width) - (b % width) || a - b);
  const gray = Array.from(strip.keys()).filter((at) => strip[at] > 0 && strip[at] < INK);
  for (const at of gray) owner[at] = owner[nearest(at, ink, width)];
  const largest = Math.max(...found.map((pixels) => pixels.length));
  return found.flatMap((pixels, number) =>
    pixels.length < Math.min(SPECK, largest)
      ? []
      : [strip.map((value, at) => (owner[at] === number ? value : 0))],
  );
}

/**
 * @param {number} at
 * @param {number} width
 */
function neighbors(at, width) {
  const [row, column] = [Math.floor(at / width), at % width];
  const found = [];
  for (let r = Math.max(0, row - 1); r <= Math.min(SIDE - 1, row + 1); r++) {
    for (let c = Math.max(0, column - 1); c <= Math.min(width - 1, column + 1); c++) {
      found.push(r * width + c);
    }
  }
  return found;
}

/**
 * @param {number} at
 * @param {number[]} ink
 * @param {number} width
 */
function nearest(at, ink, width) {
  const [row, column] = [Math.floor(at / width), at % width];
  let [best, least] = [-1, Infinity];
  for (const one of ink) {
    const distance = (Math.floor(one / width) - row) ** 2 + ((one % width) - column) ** 2;
    if (distance < least) [best, least] = [one, distance];
  }
  return best;
}

/**
 * @param {Image} piece
 * @param {number} width
 */
function halves(piece, width) {
  const columns = columnsOf(piece, width);
  const [first, last] = [columns[0], columns[columns.length - 1]];
  const quarter = Math.floor((last - first + 1) / 4);
  let [at, least] = [last, Infinity];
  for (let column = first + quarter; column < last + 2 - quarter; column++) {
    let sum = 0;
    // In 32 bits as in NumPy, so that equal columns are equal there and here.
    for (let row = 0; row < SIDE; row++) sum = Math.fround(sum + piece[row * width + column]);
    if (sum < least) [at, least] = [column, sum];
  }
  const left = piece.map((value, place) => (place % width < at ? value : 0));
  return [left, piece.map((value, place) => value - left[place])];
}

/**
 * @param {Image} piece
 * @param {number} width
 */
function inTheMiddle(piece, width) {
  let [mass, rows, columns] = [0, 0, 0];
  piece.forEach((value, at) => {
    mass += value;
    rows += value * Math.floor(at / width);
    columns += value * (at % width);
  });
  const window = new Float32Array(SIDE * SIDE);
  if (mass === 0) return window;
  const [top, left] = [rows, columns].map((sum) => Math.round(sum / mass) - SIDE / 2);
  return window.map((_, at) => {
    const [row, column] = [top + Math.floor(at / SIDE), left + (at % SIDE)];
    const inside = row >= 0 && row < SIDE && column >= 0 && column < width;
    return inside ? piece[row * width + column] : 0;
  });
}

/** @param {Image} piece */
const inkOf = (piece) => piece.reduce((sum, value) => sum + value, 0);

/**
 * @param {Image} piece
 * @param {number} width
 */
function columnsOf(piece, width) {
  const found = new Set();
  piece.forEach((value, at) => value > 0 && found.add(at % width));
  return found.size ? [...found].sort((a, b) => a - b) : [0];
}

/**
 * @param {Image} piece
 * @param {number} width
 */
function middle(piece, width) {
  const columns = columnsOf(piece, width);
  return columns.reduce((sum, column) => sum + column, 0) / columns.length;
}

/**
 * @param {Image} piece
 * @param {number} width
 */
function wide(piece, width) {
  const columns = columnsOf(piece, width);
  return columns[columns.length - 1] - columns[0];
}
