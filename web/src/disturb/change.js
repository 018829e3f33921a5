/**
 * What may happen to a digit before the network reads it: moves and noise, as in
 * `lenet_course.robustness`. Images are the network's field of 32 x 32, 0 for paper and 1 for ink.
 */

export const SIDE = 32;
/** Paper around MNIST's 28 x 28 pixels. */
export const RIM = 2;

/**
 * @typedef {object} Change
 * @property {number} degrees counterclockwise
 * @property {number} factor of size
 * @property {number} right in pixels
 * @property {number} down in pixels
 * @property {number} noise the probability that a pixel is inverted
 * @property {number} epsilon by how much an attacker may change a pixel
 */

/** @type {Readonly<Change>} */
export const NONE = { degrees: 0, factor: 1, right: 0, down: 0, noise: 0, epsilon: 0 };

/**
 * @param {ArrayLike<number>} pixels 28 x 28 gray levels, 255 for ink
 * @returns {Float32Array} the digit in its field
 */
export function framed(pixels) {
  const field = new Float32Array(SIDE * SIDE);
  for (let at = 0; at < 784; at++) {
    field[(Math.floor(at / 28) + RIM) * SIDE + (at % 28) + RIM] = pixels[at] / 255;
  }
  return field;
}

/**
 * Resize and turn about the middle, then shift; between pixels, the values are interpolated. Paper
 * comes in from outside, and what leaves the field is lost.
 *
 * @param {Float32Array} field
 * @param {Change} change
 */
export function moved(field, { degrees, factor, right, down }) {
  const result = new Float32Array(field.length);
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle) / factor, Math.sin(angle) / factor];
  const middle = (SIDE - 1) / 2;
  for (let row = 0; row < SIDE; row++) {
    for (let column = 0; column < SIDE; column++) {
      const [y, x] = [row - middle - down, column - middle - right];
      const [fromRow, fromColumn] = [middle + cos * y + sin * x, middle - sin * y + cos * x];
      const [top, left] = [Math.floor(fromRow), Math.floor(fromColumn)];
      const [v, u] = [fromRow - top, fromColumn - left];
      result[row * SIDE + column] =
        (1 - v) * ((1 - u) * at(field, top, left) + u * at(field, top, left + 1)) +
        v * ((1 - u) * at(field, top + 1, left) + u * at(field, top + 1, left + 1));
    }
  }
  return result;
}

/**
 * @param {Float32Array} field
 * @param {number} row
 * @param {number} column
 */
function at(field, row, column) {
  const inside = row >= 0 && row < SIDE && column >= 0 && column < SIDE;
  return inside ? field[row * SIDE + column] : 0;
}

/**
 * A number from 0 to 1 for each pixel. A pixel is inverted where its number is below the
 * probability: what a little noise inverts, more noise inverts too.
 *
 * @param {number} seed
 */
export function lots(seed) {
  // The generator "mulberry32" of T. Ettinger: tests make the same numbers.
  let state = seed;
  return Float64Array.from({ length: SIDE * SIDE }, () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  });
}

/**
 * Invert pixels: ink becomes paper, and paper ink.
 *
 * @param {Float32Array} field
 * @param {number} probability
 * @param {Float64Array} drawn what `lots` has given
 */
export function noisy(field, probability, drawn) {
  return field.map((value, pixel) => (drawn[pixel] < probability ? 1 - value : value));
}
