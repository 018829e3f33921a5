/**
 * Which strings can be, the likeliest path along a strip, and how likely its text is: the numbers
 * of `lenet_course.strings`.
 */

import { NOTHING, OUTPUTS, SYMBOLS } from "./network.js";

const DIGITS = SYMBOLS.slice(0, 10);

/**
 * The parts of a string, one after the other: symbols, how many at least, and at most (null: any
 * number).
 *
 * @typedef {[string, number, number | null][]} Parts
 */

/**
 * A grammar with its slots: places for symbols in a row. Slot s is left in state s + 1; state 0 is
 * the start.
 *
 * @typedef {object} Grammar
 * @property {boolean[][]} allowed for each slot, which symbols it takes
 * @property {number[][]} from for each slot, the states that it can follow
 * @property {boolean[]} ends for each state, whether a string may end in it
 */

/** @type {Record<string, {name: string, example: string, parts: Parts}>} */
export const GRAMMARS = {
  any: { name: "digits, any number", example: "98052", parts: [[DIGITS, 1, null]] },
  five: { name: "five digits", example: "70359", parts: [[DIGITS, 5, 5]] },
  amount: {
    name: "an amount",
    example: "*73.50",
    parts: [["*", 0, null], [DIGITS, 1, 6], [".", 1, 1], [DIGITS, 2, 2]],
  },
};

/**
 * @param {Parts} parts
 * @returns {Grammar}
 */
export function grammarOf(parts) {
  /** @type {boolean[][]} */
  const allowed = [];
  /** @type {number[][]} */
  const from = [];
  let entry = new Set([0]);
  for (const [symbols, least, most] of parts) {
    const exits = new Set(least === 0 ? entry : []);
    let chain = [...entry];
    for (let number = 1; number <= (most ?? Math.max(least, 1)); number++) {
      allowed.push(Array.from(SYMBOLS, (symbol) => symbols.includes(symbol)));
      from.push(chain);
      chain = [allowed.length];
      if (number >= least) exits.add(allowed.length);
    }
    if (most === null) from[from.length - 1].push(allowed.length);
    entry = exits;
  }
  const ends = Array.from({ length: allowed.length + 1 }, (_, state) => entry.has(state));
  return { allowed, from, ends };
}

/**
 * The likeliest of all paths along a strip whose string the grammar allows.
 *
 * On a path a symbol stands at one place or at several in a row, and at least one place of nothing
 * separates it from the next one. Of all paths up to a place that end in the same state, only the
 * likeliest can be a part of the likeliest whole, so only that one is kept.
 *
 * @param {ArrayLike<number>} logs of probabilities, 13 for each place
 * @param {Grammar} grammar
 * @returns {{text: string, labels: Uint8Array, score: number} | null}
 *   what stands at each place, as the number of a symbol or `NOTHING`, and the logarithm of the
 *   path's probability; null if there are too few places for any string
 */
export function bestPath(logs, { allowed, from, ends }) {
  const [places, slots] = [logs.length / OUTPUTS, allowed.length];
  const { blank, symbol } = beginning(slots);
  /** @type {{enterFrom: number[], leaveBy: number[], entered: boolean[][], left: boolean[]}[]} */
  const choices = [];
  for (let t = 0; t < places; t++) {
    const enterFrom = from.map((states) => argmax(blank, states));
    const leaveBy = symbol.map((scores) => argmax(scores));
    const into = enterFrom.map((state) => blank[state]);
    const out = leaveBy.map((best, slot) => symbol[slot][best]);
    const entered = symbol.map((scores, slot) => Array.from(scores, (score) => into[slot] > score));
    const left = out.map((score, slot) => score > blank[slot + 1]);
    choices.push({ enterFrom, leaveBy, entered, left });
    for (let slot = 0; slot < slots; slot++) {
      for (let c = 0; c < NOTHING; c++) {
        symbol[slot][c] = allowed[slot][c]
          ? Math.max(symbol[slot][c], into[slot]) + logs[t * OUTPUTS + c]
          : -Infinity;
      }
      blank[slot + 1] = Math.max(blank[slot + 1], out[slot]);
    }
    for (let state = 0; state <= slots; state++) blank[state] += logs[t * OUTPUTS + NOTHING];
  }
  // The end: in a state after which the string may end, on nothing or still on a symbol.
  const last = symbol.map((scores) => argmax(scores));
  const onNothing = blank.map((score, state) => (ends[state] ? score : -Infinity));
  const onSymbol = last.map((best, slot) => (ends[slot + 1] ? symbol[slot][best] : -Infinity));
  const [nothing, still] = [argmax(onNothing), argmax(onSymbol)];
  const score = Math.max(onNothing[nothing], onSymbol[still]);
  if (score === -Infinity) return null;
  let inside = onSymbol[still] > onNothing[nothing];
  let state = inside ? still + 1 : nothing;
  let now = state ? last[state - 1] : NOTHING;
  let text = "";
  const labels = new Uint8Array(places).fill(NOTHING);
  for (let t = places - 1; t >= 0; t--) {
    const { enterFrom, leaveBy, entered, left } = choices[t];
    if (inside) {
      labels[t] = now;
      if (entered[state - 1][now]) {
        text = SYMBOLS[now] + text;
        [state, inside] = [enterFrom[state - 1], false];
      }
    } else if (state && left[state - 1]) [now, inside] = [leaveBy[state - 1], true];
  }
  return { text, labels, score };
}

/**
 * How likely a text is among all strings that the grammar allows: the probability of all paths
 * that spell it, as a part of that of all paths that spell any such string.
 *
 * @param {ArrayLike<number>} logs
 * @param {Grammar} grammar
 * @param {string} text
 */
export function confidence(logs, grammar, text) {
  const spelled = grammarOf(Array.from(text, (symbol) => [symbol, 1, 1]));
  return Math.exp(Math.min(0, logProbability(logs, spelled) - logProbability(logs, grammar)));
}

/**
 * The forward algorithm: `bestPath` with sums in the place of maxima.
 *
 * @param {ArrayLike<number>} logs
 * @param {Grammar} grammar
 */
function logProbability(logs, { allowed, from, ends }) {
  const { blank, symbol } = beginning(allowed.length);
  for (let t = 0; t < logs.length / OUTPUTS; t++) {
    const into = from.map((states) => logSum(states.map((state) => blank[state])));
    const out = symbol.map((scores) => logSum(scores));
    symbol.forEach((scores, slot) => {
      for (let c = 0; c < NOTHING; c++) {
        scores[c] = allowed[slot][c]
          ? logSum([scores[c], into[slot]]) + logs[t * OUTPUTS + c]
          : -Infinity;
      }
      blank[slot + 1] = logSum([blank[slot + 1], out[slot]]);
    });
    for (let state = 0; state < blank.length; state++) blank[state] += logs[t * OUTPUTS + NOTHING];
  }
  const last = symbol.flatMap((scores, slot) => (ends[slot + 1] ? Array.from(scores) : []));
  return logSum([...blank.filter((_, state) => ends[state]), ...last]);
}

/**
 * The scores before the first place, on nothing and on a symbol in each slot.
 *
 * @param {number} slots
 */
function beginning(slots) {
  const blank = Array.from({ length: slots + 1 }, (_, state) => (state ? -Infinity : 0));
  const symbol = Array.from({ length: slots }, () => new Float64Array(NOTHING).fill(-Infinity));
  return { blank, symbol };
}

/**
 * Where the largest number is, of these places or of all; the first of equal ones.
 *
 * @param {ArrayLike<number>} numbers
 * @param {number[]} [places] in rising order
 */
function argmax(numbers, places = Array.from(numbers, (_, place) => place)) {
  return places.reduce((best, place) => (numbers[place] > numbers[best] ? place : best));
}

/** @param {ArrayLike<number>} logs */
function logSum(logs) {
  let largest = -Infinity;
  for (let i = 0; i < logs.length; i++) largest = Math.max(largest, logs[i]);
  if (largest === -Infinity) return largest;
  let total = 0;
  for (let i = 0; i < logs.length; i++) total += Math.exp(logs[i] - largest);
  return largest + Math.log(total);
}
