/** Strings without a network: grammars, the search along few places, and what a pen has written. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { centersOf, POINT, STAR } from "../src/string/compose.js";
import { cut } from "../src/string/cut.js";
import { bestPath, confidence, GRAMMARS, grammarOf } from "../src/string/grammar.js";
import { NOTHING, OUTPUTS, SIDE } from "../src/string/network.js";
import { HEIGHT, written } from "../src/string/strokes.js";

/** Logarithms in which these outputs have 0.9 and the others the rest. */
const said = (outputs) =>
  outputs.flatMap((one) =>
    Array.from({ length: OUTPUTS }, (_, output) => Math.log(output === one ? 0.9 : 0.1 / NOTHING)),
  );

test("a symbol at several places in a row is one, and nothing parts two equal ones", () => {
  const any = grammarOf(GRAMMARS.any.parts);
  const outputs = [NOTHING, 7, 7, NOTHING, 7, NOTHING];
  const path = bestPath(said(outputs), any);
  assert.equal(path.text, "77");
  assert.deepEqual(Array.from(path.labels), outputs);
  assert.ok(Math.abs(path.score - 6 * Math.log(0.9)) < 1e-9);
  assert.ok(confidence(said(outputs), any, "77") > confidence(said(outputs), any, "7"));
});

test("the grammar has the last word, and too few places make no string", () => {
  const five = grammarOf(GRAMMARS.five.parts);
  const outputs = [1, NOTHING, 2, NOTHING, 3, NOTHING, 4, NOTHING, NOTHING, NOTHING];
  assert.equal(bestPath(said(outputs), five).text.length, 5);
  assert.equal(bestPath(said(outputs.slice(0, 8)), five), null);
  const amount = grammarOf(GRAMMARS.amount.parts);
  assert.match(bestPath(said(outputs), amount).text, /^\**\d+\.\d\d$/);
});

const sizeOf = (strip, width) => {
  const rows = new Set();
  strip.forEach((value, at) => value >= 0.5 && rows.add(Math.floor(at / width)));
  return [Math.min(...rows), Math.max(...rows)];
};

test("what is written becomes 20 rows high and stays in the middle, however high it was", () => {
  for (const [top, bottom] of [[2, 30], [6, 26], [14, 28]]) {
    const { strip, scale } = written([[[20, top], [24, bottom]]], 144);
    const [first, last] = sizeOf(strip, 144);
    assert.ok(Math.abs(last - first + 1 - HEIGHT) <= 1 || scale === 1.6, `${first} ${last}`);
    assert.ok(Math.abs((first + last + 1) / 2 - SIDE / 2) <= 0.5);
  }
});

test("a long string becomes smaller until it fits, and without a pen there is no ink", () => {
  const { strip, scale } = written([[[0, 6], [400, 26]]], 144);
  assert.ok(scale < 0.4);
  for (let row = 0; row < SIDE; row++) assert.equal(strip[row * 144 + 143], 0);
  assert.ok(Math.max(...strip) > 0.9);
  assert.equal(Math.max(...written([], 144).strip), 0);
});

test("symbols that leave the strip have no places", () => {
  const star = { symbol: "*", number: null, pixels: STAR, nudge: 0 };
  const point = { symbol: ".", number: null, pixels: POINT, nudge: 0 };
  assert.equal(centersOf(Array(20).fill(star), 0, 144), null);
  const [left, right] = centersOf([star, point], 0, 144);
  assert.ok(right - left >= 11);
});

test("a strip is cut into as many pieces as asked, without losing ink", () => {
  const { strip } = written([[[10, 6], [10, 26]], [[30, 6], [60, 26]]], 144);
  const inkOf = (image) => image.reduce((sum, value) => sum + value, 0);
  for (const count of [1, 2, 3]) assert.equal(cut(strip, count).length, count);
  const total = cut(strip, 3).reduce((sum, window) => sum + inkOf(window), 0);
  assert.ok(Math.abs(total - inkOf(strip)) < 1e-3);
});
