/** A wiring of C3: what it costs, and which maps are alike in it. */

import { COUNTS, TABLE_I } from "../engine.js";

/** @typedef {number[][]} Wiring 6 x 16: 1 where a map of C3 (column) reads a map of S2 (row) */

export const SOURCES = TABLE_I.length;
export const MAPS = TABLE_I[0].length;
const WEIGHTS = 25; // of a kernel
const POSITIONS = 100; // where each is used: the units of a map of C3
const ELSEWHERE = {
  ...total(COUNTS.filter(({ name }) => name !== "C3")),
  // Of C1, C5, F6 and the output: their connections without those to biases.
  products: 117600 + 48000 + 10080 + 840,
};

/**
 * @typedef {object} Costs
 * @property {number} parameters trainable ones
 * @property {number} connections
 * @property {number} products multiply-accumulates for a digit, without those of subsampling
 */

/**
 * Count as the paper does: a bias is a parameter, and its line to each unit a connection.
 *
 * @param {Wiring} wiring
 * @returns {{kernels: number, c3: Costs, network: Costs}}
 */
export function costs(wiring) {
  const kernels = wiring.flat().reduce((sum, one) => sum + one, 0);
  const parameters = kernels * WEIGHTS + MAPS;
  const c3 = {
    parameters,
    connections: POSITIONS * parameters,
    products: POSITIONS * WEIGHTS * kernels,
  };
  return {
    kernels,
    c3,
    network: {
      parameters: ELSEWHERE.parameters + c3.parameters,
      connections: ELSEWHERE.connections + c3.connections,
      products: ELSEWHERE.products + c3.products,
    },
  };
}

/** @param {typeof COUNTS} layers */
function total(layers) {
  return layers.reduce(
    (sum, { parameters, connections }) => ({
      parameters: sum.parameters + parameters,
      connections: sum.connections + connections,
    }),
    { parameters: 0, connections: 0 },
  );
}

/**
 * The maps of S2 that a map of C3 reads.
 *
 * @param {Wiring} wiring
 * @param {number} map
 * @returns {number[]}
 */
export function readBy(wiring, map) {
  return Array.from(wiring.keys()).filter((source) => wiring[source][map]);
}

/**
 * The maps of C3 that read a map of S2.
 *
 * @param {Wiring} wiring
 * @param {number} source
 * @returns {number[]}
 */
export function readersOf(wiring, source) {
  return Array.from(wiring[source].keys()).filter((map) => wiring[source][map]);
}

/**
 * Maps of C3 by what they read: those that read the same are in one group.
 *
 * @param {Wiring} wiring
 * @returns {number[][]} each map that reads anything is in one; in the order of their first maps
 */
export function groups(wiring) {
  /** @type {Map<string, number[]>} */
  const found = new Map();
  for (let map = 0; map < MAPS; map++) {
    const key = readBy(wiring, map).join();
    if (key) found.set(key, [...(found.get(key) ?? []), map]);
  }
  return [...found.values()];
}

/**
 * @param {Wiring} one
 * @param {Wiring} other
 */
export const same = (one, other) => one.flat().join() === other.flat().join();

/** @param {Wiring} wiring @returns {Wiring} */
export const copy = (wiring) => wiring.map((row) => [...row]);

/** @returns {Wiring} with which no map reads anything */
export const nothing = () => TABLE_I.map((row) => row.map(() => 0));

/**
 * As many kernels as Table I has, in places that chance has chosen. Each map of C3 reads something.
 *
 * @param {() => number} [random] from 0 to 1
 * @returns {Wiring}
 */
export function chance(random = Math.random) {
  for (;;) {
    const places = Array.from({ length: SOURCES * MAPS }, (_, place) => place);
    const wiring = nothing();
    for (let left = costs(TABLE_I).kernels; left > 0; left--) {
      const [place] = places.splice(Math.floor(random() * places.length), 1);
      wiring[Math.floor(place / MAPS)][place % MAPS] = 1;
    }
    if (groups(wiring).flat().length === MAPS) return wiring;
  }
}

/** @param {(number | string)[]} items @returns {string} "0, 4 and 5" */
export function listed(items) {
  if (items.length < 2) return items.join();
  return `${items.slice(0, -1).join(", ")} and ${items[items.length - 1]}`;
}

/**
 * How many maps the maps of C3 read: "6 maps read 3, 9 read 4, 1 reads 6."
 *
 * @param {Wiring} wiring
 */
export function readingWords(wiring) {
  /** @type {Map<number, number>} */
  const counted = new Map();
  for (let map = 0; map < MAPS; map++) {
    const { length } = readBy(wiring, map);
    counted.set(length, (counted.get(length) ?? 0) + 1);
  }
  const parts = [...counted]
    .sort(([one], [other]) => one - other)
    .map(([length, maps], at) => {
      const who = at > 0 ? `${maps}` : maps === 1 ? "1 map" : `${maps} maps`;
      return `${who} ${maps === 1 ? "reads" : "read"} ${length || "nothing"}`;
    });
  return `${parts.join(", ")}.`;
}

/**
 * How often the maps of S2 are read.
 *
 * @param {Wiring} wiring
 */
export function sourceWords(wiring) {
  const readers = wiring.map((_, source) => readersOf(wiring, source).length);
  const [least, most] = [Math.min(...readers), Math.max(...readers)];
  if (least === most) {
    return least === 0 ? "No map of S2 is read." : `Each map of S2 is read by ${least}.`;
  }
  const unread = Array.from(readers.keys()).filter((source) => readers[source] === 0);
  if (unread.length) {
    return `Map${unread.length > 1 ? "s" : ""} ${listed(unread)} of S2 ${
      unread.length > 1 ? "are" : "is"
    } not read at all.`;
  }
  return `A map of S2 is read by ${least} to ${most}.`;
}

/**
 * Which maps are alike, and what that means.
 *
 * @param {Wiring} wiring
 */
export function symmetryWords(wiring) {
  const all = groups(wiring);
  const alike = all.filter((group) => group.length > 1);
  if (all.length === 0) return "No map reads anything: they say the same of every digit.";
  if (alike.length === 0) return "No two maps read the same, so none can become a copy of another.";
  const who =
    alike[0].length === MAPS
      ? `All ${MAPS} maps read the same.`
      : `These read the same: ${alike.map(listed).join("; ")}.`;
  return `${who} Only their random first weights keep them from becoming copies.`;
}
