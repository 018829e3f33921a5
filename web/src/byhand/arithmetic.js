/** What chapters 03 and 04 compute by hand, in the numbers of `lenet_course.scratch`. */

/** The field of LeNet-5: a digit of 28 x 28 pixels with 2 more of paper around it. */
export const FIELD = 32;

/**
 * How many windows fit along a side: (n + 2 padding - k) / stride, rounded down, plus 1.
 *
 * @param {number} n pixels of the image along a side
 * @param {number} k of the window
 * @param {number} padding zeros on each of the two ends
 * @param {number} stride
 */
export const outputSide = (n, k, padding, stride) => Math.floor((n + 2 * padding - k) / stride) + 1;

/**
 * To two decimals, as numbers are shown: so what is read off the page adds up.
 *
 * @param {ArrayLike<number>} values
 */
export const rounded = (values) =>
  Float64Array.from(values, (value) => Math.round(value * 100) / 100);

/**
 * Lay a digit into the field.
 *
 * @param {ArrayLike<number>} pixels 28 x 28 gray levels from 0 to 255
 * @param {number} paper the value of paper
 * @param {number} ink the value of ink
 */
export function fieldOf(pixels, paper, ink) {
  const field = new Float64Array(FIELD * FIELD).fill(paper);
  for (let at = 0; at < 784; at++) {
    const place = (Math.floor(at / 28) + 2) * FIELD + (at % 28) + 2;
    field[place] = paper + (pixels[at] / 255) * (ink - paper);
  }
  return field;
}

/**
 * The values under the window of one unit; in the padding they are 0.
 *
 * @param {ArrayLike<number>} values n x n
 * @param {number} n
 * @param {{k: number, stride: number, padding: number}} window
 * @param {number} row of the unit
 * @param {number} column of the unit
 */
export function windowOf(values, n, { k, stride, padding }, row, column) {
  return Float64Array.from({ length: k * k }, (_, at) => {
    const r = row * stride - padding + Math.floor(at / k);
    const c = column * stride - padding + (at % k);
    return r >= 0 && r < n && c >= 0 && c < n ? values[r * n + c] : 0;
  });
}

/**
 * One number for each window, row by row.
 *
 * @param {ArrayLike<number>} values n x n
 * @param {number} n
 * @param {{k: number, stride: number, padding: number}} window
 * @param {(values: Float64Array) => number} unit
 */
export function slide(values, n, window, unit) {
  const side = outputSide(n, window.k, window.padding, window.stride);
  return Float64Array.from({ length: side * side }, (_, at) =>
    unit(windowOf(values, n, window, Math.floor(at / side), at % side)),
  );
}

/**
 * The unit of a convolution as networks have it, the cross-correlation: the kernel is not mirrored.
 *
 * @param {ArrayLike<number>} kernel
 * @returns {(values: Float64Array) => number}
 */
export const productsWith = (kernel) => (values) =>
  values.reduce((sum, value, at) => sum + value * kernel[at], 0);

/** @param {ArrayLike<number>} values */
export const sumOf = (values) => Array.from(values).reduce((sum, value) => sum + value, 0);

/** The squashing function of LeNet-5. @param {number} a */
export const squash = (a) => 1.7159 * Math.tanh((2 / 3) * a);
