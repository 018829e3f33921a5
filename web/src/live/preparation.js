/**
 * From ink to the input of the network, as the digits of MNIST were made (LeCun et al. 1998,
 * p. 10): scaled into a box of 20 x 20 with its proportions kept, which makes the gray levels,
 * and moved so that the center of mass is in the middle of 28 x 28. A rim makes it 32 x 32.
 */

import { GRAIN, SIDE } from "./ink.js";

/**
 * The steps.
 *
 * @typedef {object} Prepared
 * @property {{top: number, left: number, height: number, width: number} | null} box
 *   around the ink, in pad pixels; null without ink
 * @property {Uint8Array} scaled 20 x 20 gray levels; what is narrower than the box is at its left
 *   or top
 * @property {{row: number, column: number} | null} center
 *   of mass, in pixels of `scaled`, where (0, 0) is the middle of the first pixel
 * @property {Uint8Array} field 28 x 28 gray levels
 */

/**
 * @param {Uint8ClampedArray} ink SIDE x SIDE gray levels
 * @returns {Prepared}
 */
export function prepare(ink) {
  const scaled = new Uint8Array(400);
  const field = new Uint8Array(784);
  const box = boxAround(ink);
  if (box === null) return { box, scaled, center: null, field };
  const step = Math.max(box.height, box.width) / 20;
  const [rows, columns] = average(ink, box, step, scaled, 20);
  const center = centerOfMass(scaled);
  if (center === null) return { box, scaled, center, field };
  // In MNIST the center of mass is in pixel 14 of 0 to 27, to half a pixel.
  const down = Math.min(28 - rows, Math.max(0, Math.ceil(13.5 - center.row)));
  const right = Math.min(28 - columns, Math.max(0, Math.ceil(13.5 - center.column)));
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      field[(row + down) * 28 + column + right] = scaled[row * 20 + column];
    }
  }
  return { box, scaled, center, field };
}

/**
 * The ink where it is, only smaller: each pixel is the average of a square of the pad.
 *
 * @param {Uint8ClampedArray} ink SIDE x SIDE gray levels
 * @returns {Prepared} with what the steps in between would have made
 */
export function shrink(ink) {
  const { box, scaled, center } = prepare(ink);
  const field = new Uint8Array(784);
  average(ink, { top: 0, left: 0, height: SIDE, width: SIDE }, GRAIN, field, 28);
  return { box, scaled, center, field };
}

/**
 * Average over squares, with the parts of pixels that a square covers.
 *
 * @param {Uint8ClampedArray} ink
 * @param {{top: number, left: number, height: number, width: number}} box
 * @param {number} step side of a square
 * @param {Uint8Array} result
 * @param {number} side of the result, in pixels
 * @returns {[number, number]} rows and columns of the result that are filled
 */
function average(ink, box, step, result, side) {
  const down = shares(box.height, step);
  const right = shares(box.width, step);
  down.forEach((rows, r) => {
    right.forEach((across, c) => {
      let sum = 0;
      for (const [row, tall] of rows) {
        const start = (box.top + row) * SIDE + box.left;
        for (const [column, wide] of across) sum += tall * wide * ink[start + column];
      }
      result[r * side + c] = Math.round(sum / (step * step));
    });
  });
  return [down.length, right.length];
}

/**
 * For each interval of length `step`, the pixels that it covers, and how much of each.
 *
 * @param {number} length
 * @param {number} step
 */
function shares(length, step) {
  // A side of 20 steps must not come out as 21 because of rounding.
  return Array.from({ length: Math.ceil(length / step - 1e-9) }, (_, index) => {
    const [start, end] = [index * step, Math.min(length, (index + 1) * step)];
    /** @type {[number, number][]} */
    const covered = [];
    for (let pixel = Math.floor(start); pixel < end - 1e-9; pixel++) {
      covered.push([pixel, Math.min(end, pixel + 1) - Math.max(start, pixel)]);
    }
    return covered;
  });
}

/** @param {Uint8ClampedArray} ink */
function boxAround(ink) {
  let [top, left, bottom, right] = [SIDE, SIDE, -1, -1];
  for (let at = 0; at < ink.length; at++) {
    if (ink[at] === 0) continue;
    const [row, column] = [Math.floor(at / SIDE), at % SIDE];
    top = Math.min(top, row);
    bottom = row;
    left = Math.min(left, column);
    right = Math.max(right, column);
  }
  return bottom < 0 ? null : { top, left, height: bottom - top + 1, width: right - left + 1 };
}

/** @param {Uint8Array} scaled */
function centerOfMass(scaled) {
  let [mass, rows, columns] = [0, 0, 0];
  scaled.forEach((gray, at) => {
    mass += gray;
    rows += gray * Math.floor(at / 20);
    columns += gray * (at % 20);
  });
  return mass ? { row: rows / mass, column: columns / mass } : null;
}
