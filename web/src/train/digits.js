/** The digits to learn from, out of their picture: what web/make_training_digits.py has written. */

/**
 * Digits of MNIST's training set.
 *
 * @typedef {object} Digits
 * @property {Uint8Array} pixels 784 gray levels for each
 * @property {Uint8Array} labels
 */

/** How many of them are learned; the others are held out. */
export const LEARNED = 5000;
export const HELD_OUT = 500;

const ROWS = LEARNED + HELD_OUT;

/**
 * Read the picture. A browser could do it, but some change a few pixels of what they hand out, so
 * that nobody is known by them; and every seventh label would then be another one.
 *
 * @param {ArrayBuffer} bytes a PNG of 8-bit gray levels without filters, 784 pixels wide
 * @returns {Promise<{learned: Digits, heldOut: Digits}>}
 * @throws {Error} if it is anything else
 */
export async function read(bytes) {
  const rows = await inflated(bytes).catch(() => new Uint8Array(0));
  const height = ROWS + Math.ceil(ROWS / 784);
  if (rows.length !== height * 785 || rows.some((filter, at) => at % 785 === 0 && filter)) {
    throw new Error("The picture of the training digits is damaged.");
  }
  const gray = new Uint8Array(height * 784);
  for (let row = 0; row < height; row++) {
    // Each row begins with the number of its filter.
    gray.set(rows.subarray(785 * row + 1, 785 * (row + 1)), 784 * row);
  }
  const labels = gray.subarray(784 * ROWS, 785 * ROWS);
  /** @param {number} first @param {number} end */
  const part = (first, end) => ({
    pixels: gray.slice(784 * first, 784 * end),
    labels: labels.slice(first, end),
  });
  return { learned: part(0, LEARNED), heldOut: part(LEARNED, ROWS) };
}

/**
 * @param {ArrayBuffer} bytes
 * @returns {Promise<Uint8Array>} what the chunks IDAT of a PNG hold
 */
async function inflated(bytes) {
  const view = new DataView(bytes);
  const packed = [];
  for (let at = 8; at < view.byteLength; ) {
    const length = view.getUint32(at);
    if (view.getUint32(at + 4) === 0x49444154) packed.push(new Uint8Array(bytes, at + 8, length));
    at += 12 + length;
  }
  const rows = new Blob(packed).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(rows).arrayBuffer());
}
