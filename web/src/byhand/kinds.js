/** Three ways to make one unit of four, each in steps. */

import { written } from "../common/page.js";
import { squash, sumOf } from "./arithmetic.js";
import { bracketed } from "./numbers.js";

/**
 * @typedef {object} Formed what a number of steps has formed
 * @property {number} value so far
 * @property {string[]} lines the arithmetic so far
 */

/**
 * @typedef {object} Kind
 * @property {string} name
 * @property {number} steps
 * @property {(values: ArrayLike<number>, done: number, w: number, b: number) => Formed} form
 */

/** @type {Kind[]} */
export const KINDS = [
  {
    name: "average",
    steps: 5,
    form(values, done) {
      const sum = added(values, done);
      if (done < 5) return sum;
      const value = sum.value / 4;
      return { value, lines: [...sum.lines, `${written(sum.value)} / 4 = ${written(value)}`] };
    },
  },
  {
    name: "maximum",
    steps: 4,
    form(values, done) {
      if (done === 0) return { value: 0, lines: [] };
      const some = Array.from(values).slice(0, done);
      const value = Math.max(...some);
      return {
        value,
        lines: [`largest of ${some.map((one) => written(one)).join(", ")}: ${written(value)}`],
      };
    },
  },
  {
    name: "LeNet's own",
    steps: 7,
    form(values, done, w, b) {
      const sum = added(values, done);
      if (done < 5) return sum;
      const scaled = w * sum.value;
      const product = `${written(w)} × ${bracketed(sum.value)}`;
      if (done === 5) {
        return { value: scaled, lines: [...sum.lines, `${product} = ${written(scaled)}`] };
      }
      const a = scaled + b;
      const lines = [...sum.lines, `a = ${product}${term(b)} = ${written(a)}`];
      if (done === 6) return { value: a, lines };
      const value = squash(a);
      return {
        value,
        lines: [...lines, `f(a) = 1.7159 tanh(2/3 × ${bracketed(a)}) = ${written(value)}`],
      };
    },
  },
];

/** @param {number} value */
const term = (value) =>
  written(value).startsWith("−") ? ` − ${written(value).slice(1)}` : ` + ${written(value)}`;

/**
 * @param {ArrayLike<number>} values
 * @param {number} done how many of them are added
 * @returns {Formed}
 */
function added(values, done) {
  if (done === 0) return { value: 0, lines: [] };
  const [first, ...rest] = Array.from(values).slice(0, done);
  const value = sumOf([first, ...rest]);
  const line = [written(first), ...rest.map(term)].join("");
  return { value, lines: [rest.length ? `${line} = ${written(value)}` : line] };
}
