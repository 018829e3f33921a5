/**
 * The network that reads strings (`lenet5_strings`, chapter 16), in all windows of a strip at once:
 * the numbers of `lenet_course.strings.look_along` for every second column.
 *
 * Values and weights lie as in `engine.js`: (row, column, map), (row, column, map read, map).
 */

import { reader } from "../engine.js";

/** What the outputs stand for; one more stands for nothing. */
export const SYMBOLS = "0123456789.*";
export const NOTHING = SYMBOLS.length;
export const OUTPUTS = NOTHING + 1;
/** Height of a strip and side of a window; from one place to the next. */
export const SIDE = 32;
export const STEP = 2;
/** By so many columns the network's own window moves on: its two poolings. */
const STRIDE = 4;

/** @typedef {{size: number, maps: number, weights: Float32Array, bias: Float32Array}} Kernels */

/**
 * Maps of some layer, one beside the other.
 *
 * @typedef {{rows: number, columns: number, maps: number, values: Float32Array}} Maps
 */

/**
 * @typedef {object} Reader
 * @property {(strip: ArrayLike<number>) => Float32Array} look
 *   takes a strip of 32 rows and a width divisible by 4, from 0, paper, to 1, ink, and returns
 *   logarithms of probabilities, 13 for each place. Place t has its middle in column 16 + 2t.
 * @property {(window: ArrayLike<number>) => number} classify
 *   takes a window of 32 x 32 and returns the digit that it names
 */

/**
 * @param {ArrayBuffer | ArrayBufferView} weights 61,961 numbers of 16 bits
 * @returns {Reader}
 * @throws {Error} if there are too many or too few, or if one is not finite
 */
export function stringReader(weights) {
  const next = reader(weights, 61961);
  /** @type {(size: number, read: number, maps: number) => Kernels} */
  const kernels = (size, read, maps) => ({
    size,
    maps,
    weights: next(size * size * read * maps),
    bias: next(maps),
  });
  const c1 = kernels(5, 1, 6);
  const c3 = kernels(5, 6, 16);
  // C5 reads 5 x 5 units of each map of S4: a convolution, and so are the layers after it.
  const c5 = kernels(5, 16, 120);
  const f6 = kernels(1, 120, 84);
  const output = kernels(1, 84, OUTPUTS);

  /** @param {ArrayLike<number>} strip */
  function mapsOfC3(strip) {
    const columns = strip.length / SIDE;
    if (columns < SIDE || columns % STRIDE) {
      throw new Error(
        `The strip has ${strip.length} pixels, expected ${SIDE} rows of ${SIDE} or more, and a ` +
          `multiple of ${STRIDE}.`,
      );
    }
    const input = { rows: SIDE, columns, maps: 1, values: Float32Array.from(strip) };
    return rectified(convolved(pooled(rectified(convolved(input, c1))), c3));
  }

  /** @param {Maps} s4 */
  const sumsOf = (s4) =>
    convolved(rectified(convolved(rectified(convolved(s4, c5)), f6)), output).values;

  return {
    look(strip) {
      const maps = mapsOfC3(strip);
      const count = (strip.length / SIDE - SIDE) / STRIDE;
      const logs = new Float32Array((STRIDE / STEP) * count * OUTPUTS);
      // Two pixels farther on is one unit of S2 and C3 farther on, so these serve both times.
      for (let start = 0; start < STRIDE / STEP; start++) {
        const sums = sumsOf(pooled(maps, start, count + 4));
        for (let place = 0; place < count; place++) {
          const one = sums.subarray(place * OUTPUTS, (place + 1) * OUTPUTS);
          logs.set(logSoftmax(one), ((STRIDE / STEP) * place + start) * OUTPUTS);
        }
      }
      return logs;
    },
    classify(window) {
      const sums = sumsOf(pooled(mapsOfC3(window)));
      const digits = sums.subarray(0, 10);
      return digits.indexOf(Math.max(...digits));
    },
  };
}

/**
 * @param {Maps} read
 * @param {Kernels} kernels
 * @returns {Maps} sums
 */
function convolved(read, { size, maps, weights, bias }) {
  const [rows, columns] = [read.rows - size + 1, read.columns - size + 1];
  const values = new Float32Array(rows * columns * maps);
  const sums = new Float64Array(maps);
  const run = size * read.maps; // a row of a window: the maps of its pixels side by side
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      sums.set(bias);
      let w = 0;
      for (let i = 0; i < size; i++) {
        const first = ((row + i) * read.columns + column) * read.maps;
        for (let at = first; at < first + run; at++, w += maps) {
          const value = read.values[at];
          if (value === 0) continue; // paper, and every second rectified unit or so
          for (let map = 0; map < maps; map++) sums[map] += value * weights[w + map];
        }
      }
      values.set(sums, (row * columns + column) * maps);
    }
  }
  return { rows, columns, maps, values };
}

/**
 * @param {Maps} maps
 * @returns {Maps} the same ones
 */
function rectified(maps) {
  const { values } = maps;
  for (let at = 0; at < values.length; at++) if (values[at] < 0) values[at] = 0;
  return maps;
}

/**
 * The largest of 2 x 2 units, the first square in this column.
 *
 * @param {Maps} read
 * @param {number} [start]
 * @param {number} [columns] so many squares side by side; by default, as many as there are
 * @returns {Maps}
 */
function pooled(read, start = 0, columns = (read.columns - start) >> 1) {
  const rows = read.rows >> 1;
  const { maps } = read;
  const values = new Float32Array(rows * columns * maps);
  const below = read.columns * maps;
  let to = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const first = (2 * row * read.columns + 2 * column + start) * maps;
      for (let at = first; at < first + maps; at++) {
        const { values: x } = read;
        values[to++] = Math.max(x[at], x[at + maps], x[at + below], x[at + below + maps]);
      }
    }
  }
  return { rows, columns, maps, values };
}

/** @param {Float32Array} sums */
function logSoftmax(sums) {
  const largest = Math.max(...sums);
  const total = sums.reduce((sum, value) => sum + Math.exp(value - largest), 0);
  const log = largest + Math.log(total);
  return sums.map((value) => value - log);
}
