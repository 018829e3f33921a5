/** What strings are composed of: test digits, a point and a star. */

import { POINT, STAR } from "./compose.js";

/** @typedef {import("./compose.js").Piece} Piece */

/**
 * @param {string} symbol one of `SYMBOLS`
 * @param {import("../common/examples.js").Example[]} examples
 * @param {number} [which] of the test digits of this kind
 * @returns {Piece}
 */
export function pieceOf(symbol, examples, which = 0) {
  if (symbol === "." || symbol === "*") {
    return { symbol, number: null, pixels: symbol === "." ? POINT : STAR, nudge: 0 };
  }
  const own = examples.filter(({ digit }) => String(digit) === symbol);
  const { number, pixels } = own[which % own.length];
  return { symbol, number, pixels: Float32Array.from(pixels, (gray) => gray / 255), nudge: 0 };
}
