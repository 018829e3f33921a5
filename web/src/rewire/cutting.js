/** The trained network with some kernels of C3 taken away. */

import { TABLE_I } from "../engine.js";
import { MAPS, SOURCES } from "./wiring.js";

/** Where the network has C3, and S2 below it. */
export const C3 = 3;
export const S2 = 2;

/** @typedef {{answer: number, penalties: Float32Array}} Reading */

/**
 * @param {import("../engine.js").Network} network of 1998; its kernels are changed
 * @param {ArrayLike<number>[]} digits of 28 x 28 gray levels
 */
export function cutting(network, digits) {
  const { weights } = network.layers[C3].parameters;
  const trained = weights.slice();
  const images = digits.map((pixels) => network.prepare(pixels));

  return {
    /**
     * Leave only those kernels that the wiring has. A kernel that Table I does not have was never
     * trained: it is zero, with any wiring.
     *
     * @param {import("./wiring.js").Wiring} wiring
     */
    apply(wiring) {
      for (let at = 0; at < weights.length; at++) {
        const source = Math.floor(at / MAPS) % SOURCES;
        weights[at] = wiring[source][at % MAPS] ? trained[at] : 0;
      }
    },
    /**
     * Read one digit, so that its values are in the layers.
     *
     * @param {number} digit
     * @returns {Reading}
     */
    read(digit) {
      const penalties = network.forward(images[digit]).slice();
      return { answer: network.classify(), penalties };
    },
    /**
     * @param {number} source map of S2
     * @param {number} map of C3
     * @returns {Float32Array} the 25 trained weights, row by row
     */
    kernel: (source, map) =>
      Float32Array.from({ length: 25 }, (_, at) => trained[(at * SOURCES + source) * MAPS + map]),
  };
}

/**
 * @param {number} source map of S2
 * @param {number} map of C3
 */
export const isTrained = (source, map) => TABLE_I[source][map] === 1;
