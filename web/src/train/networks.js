/** The two networks that learn here, their first weights, and all weights as one row of numbers. */

import { lenet5_1998, lenet5_tutorial, mapCriterion, softmaxCrossEntropy } from "../engine.js";

/** @typedef {import("../engine.js").Network} Network */
/** @typedef {import("../engine.js").Layer} Layer */
/** @typedef {typeof mapCriterion} Criterion of the last layer's sums and a label */
/**
 * @typedef {{layer: Layer, name: string, values: Float32Array, gradients: Float32Array}} Parameter
 */

/**
 * @type {Record<
 *   string,
 *   {name: string, size: number, build: typeof lenet5_1998, criterion: Criterion}
 * >}
 */
export const NETWORKS = {
  lenet5_1998: {
    name: "LeNet-5 of 1998",
    size: 60000,
    build: lenet5_1998,
    criterion: mapCriterion,
  },
  lenet5_tutorial: {
    name: "Keras network (chapter 08)",
    size: 44426,
    build: lenet5_tutorial,
    criterion: softmaxCrossEntropy,
  },
};

/**
 * How weights and coefficients are drawn first; biases are 0. F is the number of values that a unit
 * reads, G the number of units that read a value.
 *
 * @type {Record<
 *   string,
 *   {name: string, draw: (random: () => number, F: number, G: number) => number}
 * >}
 */
export const STARTS = {
  fanIn: {
    name: "±2.4/F (1998)",
    draw: (random, F) => (2.4 / F) * (2 * random() - 1),
  },
  glorot: {
    name: "±√(6/(F+G)) (Keras)",
    draw: (random, F, G) => Math.sqrt(6 / (F + G)) * (2 * random() - 1),
  },
  normal: {
    name: "normal, deviation 1",
    draw: (random) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()),
  },
  zeros: { name: "zeros", draw: () => 0 },
};

/**
 * A network with first weights.
 *
 * @param {string} name one of `NETWORKS`
 * @param {string} start one of `STARTS`
 * @param {number} seed the same seed, the same weights
 * @returns {Network}
 */
export function untrained(name, start, seed) {
  const { build, size } = NETWORKS[name];
  const network = build(new ArrayBuffer(2 * size));
  const random = generator(seed);
  for (const layer of network.layers) {
    const { weights, coefficient } = layer.parameters;
    const maps = layer.shape[2];
    if (coefficient) {
      for (let m = 0; m < maps; m++) coefficient[m] = STARTS[start].draw(random, 4, 1);
    }
    if (!weights) continue;
    const window = layer.size ** 2;
    const channels = weights.length / window / maps;
    for (let at = 0; at < weights.length; at++) {
      const [m, d] = [at % maps, Math.floor(at / maps) % channels];
      // A kernel that does not exist stays 0.
      if (!layer.reads[m].includes(d)) continue;
      weights[at] = STARTS[start].draw(random, window * layer.reads[m].length, window * maps);
    }
  }
  return network;
}

/**
 * Even random numbers from 0 to 1, by the 32-bit generator "mulberry32".
 *
 * @param {number} seed
 */
function generator(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), 61 | bits);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * @param {Network} network
 * @returns {Parameter[]} what can be trained, from the input to the output
 */
export function parametersOf(network) {
  return network.layers.flatMap((layer) =>
    Object.entries(layer.parameters).map(([name, values]) => ({
      layer,
      name,
      values,
      gradients: layer.gradients[name],
    })),
  );
}

/**
 * Arrays one after the other, as one.
 *
 * @param {Float32Array[]} arrays
 */
export function joined(arrays) {
  const row = new Float32Array(arrays.reduce((total, { length }) => total + length, 0));
  let at = 0;
  for (const array of arrays) {
    row.set(array, at);
    at += array.length;
  }
  return row;
}

/**
 * Fill arrays from one that `joined` has made of them.
 *
 * @param {Float32Array} row
 * @param {Float32Array[]} arrays
 */
export function parted(row, arrays) {
  let at = 0;
  for (const array of arrays) array.set(row.subarray(at, (at += array.length)));
}
