/** The forty test digits, unpacked. */

import { NUMBERS, PIXELS } from "./digits.js";

/**
 * @typedef {{digit: number, number: number, pixels: Uint8Array}} Example
 *   what it is, its place in MNIST's test set, and 28 x 28 gray levels
 */

/** @returns {Promise<Example[]>} four for each digit, the last of them hard to read */
export async function unpack() {
  const packed = Uint8Array.from(atob(PIXELS), (letter) => letter.charCodeAt(0));
  const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const pixels = new Uint8Array(await new Response(unpacked).arrayBuffer());
  return NUMBERS.map((number, index) => ({
    digit: Math.floor(index / 4),
    number,
    pixels: pixels.subarray(784 * index, 784 * (index + 1)),
  }));
}
