/** The six things that sliders do to a digit, and what the paper claims of them (p. 16). */

import { written } from "../common/page.js";

/**
 * @typedef {object} Kind
 * @property {keyof import("./change.js").Change} key
 * @property {string} name
 * @property {number} min
 * @property {number} max
 * @property {number} step
 * @property {number} rest where it changes nothing
 * @property {[number, number] | null} claim how far the paper says that LeNet-5 reads
 * @property {string} paper the same in words
 * @property {(value: number) => string} short the value, for a table
 * @property {(value: number) => string} long the value, beside the slider
 */

/**
 * @param {number} value
 * @param {string} negative
 * @param {string} positive
 */
const sided = (value, negative, positive) =>
  `${Math.abs(value)}${value ? ` ${value < 0 ? negative : positive}` : ""}`;
/** @param {number} value */
const percent = (value) => `${Math.round(100 * value)} %`;

/** @param {number} value */
const turned = (value) => sided(value, "clockwise", "counterclockwise").replace(/^[\d]+/, "$&°");

/** @type {Kind[]} */
export const KINDS = [
  {
    key: "degrees",
    name: "Turn",
    ...{ min: -90, max: 90, step: 1, rest: 0 },
    claim: [-30, 30],
    paper: "30° either way",
    short: turned,
    long: turned,
  },
  {
    key: "factor",
    name: "Size",
    ...{ min: 0.4, max: 1.6, step: 0.02, rest: 1 },
    claim: [0.7, 1.4],
    paper: "a factor of 2: 0.7 to 1.4",
    short: (value) => `× ${value.toFixed(2)}`,
    long: (value) => `${value.toFixed(2)} times its own`,
  },
  {
    key: "right",
    name: "Shift right",
    ...{ min: -20, max: 20, step: 0.5, rest: 0 },
    claim: null,
    paper: "says nothing",
    short: (value) => sided(value, "left", "right"),
    long: (value) => sided(value, "pixels to the left", "pixels to the right"),
  },
  {
    key: "down",
    name: "Shift down",
    ...{ min: -20, max: 20, step: 0.5, rest: 0 },
    claim: [-10, 10],
    paper: "half its height: 10",
    short: (value) => sided(value, "up", "down"),
    long: (value) => sided(value, "pixels up", "pixels down"),
  },
  {
    key: "noise",
    name: "Invert pixels",
    ...{ min: 0, max: 0.5, step: 0.01, rest: 0 },
    claim: null,
    paper: "10 %, if it learned from such",
    short: percent,
    long: (value) => `each with probability ${value.toFixed(2)}`,
  },
  {
    key: "epsilon",
    name: "Attack",
    ...{ min: 0, max: 0.4, step: 0.01, rest: 0 },
    claim: null,
    paper: "not known in 1998",
    short: (value) => `ε = ${written(value)}`,
    long: (value) => `by at most ε = ${written(value)} in a pixel`,
  },
];

/**
 * The values of a slider on one side of its rest, from there outward.
 *
 * @param {Kind} kind
 * @param {-1 | 1} side
 */
export function outward({ min, max, step, rest }, side) {
  const count = Math.round((side < 0 ? rest - min : max - rest) / step);
  // As text and back, so that they are the numbers that the slider has.
  return Array.from({ length: count }, (_, index) =>
    Number((rest + side * step * (index + 1)).toFixed(2)),
  );
}
