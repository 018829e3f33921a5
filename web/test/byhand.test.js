/** Convolution and subsampling by hand, without a page. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { fieldOf, outputSide, productsWith, rounded, slide } from "../src/byhand/arithmetic.js";
import { FACING, HAND_MADE, learnedFrom } from "../src/byhand/kernels.js";
import { KINDS } from "../src/byhand/kinds.js";

test("the side of a map is as in chapter 03", () => {
  const sides = [
    [32, 5, 0, 1, 28],
    [32, 5, 2, 1, 32],
    [32, 5, 0, 2, 14],
    [16, 5, 2, 2, 8],
    [32, 5, 1, 3, 10],
  ];
  for (const [n, k, padding, stride, side] of sides) {
    assert.equal(outputSide(n, k, padding, stride), side);
  }
});

test("a kernel is not mirrored, and meets zeros in the padding", () => {
  const image = Array.from({ length: 9 }, (_, at) => at + 1);
  const kernel = [1, 2, 3, 4];
  const map = slide(image, 3, { k: 2, stride: 1, padding: 0 }, productsWith(kernel));
  assert.deepEqual([...map], [37, 47, 67, 77]);
  const padded = slide(image, 3, { k: 2, stride: 3, padding: 1 }, productsWith(kernel));
  // Each of the four windows holds one corner of the image, and three zeros.
  assert.deepEqual([...padded], [1 * 4, 3 * 3, 7 * 2, 9 * 1]);
});

test("a digit lies in the middle of the field, in numbers of two decimals", () => {
  const pixels = new Uint8Array(784);
  pixels[0] = 255;
  pixels[783] = 51;
  const field = fieldOf(pixels, -0.1, 1.175);
  assert.equal(field[2 * 32 + 2], 1.175);
  assert.equal(rounded(field)[29 * 32 + 29], 0.16);
  assert.equal(field[0], -0.1);
});

test("edges and the blob weigh nothing in all, the average 1", () => {
  for (const [name, kernel] of Object.entries(HAND_MADE)) {
    const sum = kernel.reduce((all, weight) => all + weight, 0);
    assert.ok(Math.abs(sum - (name === "average" ? 1 : 0)) < 1e-12, name);
  }
  for (const { kernel } of Object.values(FACING)) {
    assert.ok(Math.abs(kernel.reduce((all, weight) => all + weight, 0)) < 1e-12);
    assert.ok(Math.abs(kernel.reduce((all, weight) => all + Math.abs(weight), 0) - 8) < 1e-12);
  }
});

test("a unit is formed in steps, and the last one is the unit", () => {
  const values = [0.5, -1.25, 0.75, 1];
  const [average, maximum, own] = KINDS.map(({ steps, form }) => form(values, steps, 2, -0.5));
  assert.equal(average.value, 0.25);
  assert.equal(maximum.value, 1);
  assert.ok(Math.abs(own.value - 1.7159 * Math.tanh(1)) < 1e-12);
  assert.deepEqual(own.lines, [
    "0.50 − 1.25 + 0.75 + 1.00 = 1.00",
    "a = 2.00 × 1.00 − 0.50 = 1.50",
    "f(a) = 1.7159 tanh(2/3 × 1.50) = 1.31",
  ]);
  const half = KINDS[2].form(values, 2, 2, -0.5);
  assert.deepEqual(half, { value: -0.75, lines: ["0.50 − 1.25 = −0.75"] });
  assert.deepEqual(KINDS[1].form(values, 3, 0, 0).lines, ["largest of 0.50, −1.25, 0.75: 0.75"]);
  for (const kind of KINDS) assert.deepEqual(kind.form(values, 0, 1, 1), { value: 0, lines: [] });
});

test("kernels that are none are refused in plain words", () => {
  assert.deepEqual(learnedFrom(undefined), []);
  assert.throws(() => learnedFrom({ learned: "no" }), /are no list/);
  assert.throws(() => learnedFrom({ learned: [[1, 2]] }), /Kernel 0 has 2 weights, expected 25/);
  assert.throws(() => learnedFrom({ learned: [null] }), /Kernel 0 has no weights/);
  const kernel = Array(25).fill(1);
  assert.throws(() => learnedFrom({ learned: [[...kernel.slice(1), null]] }), /holds null/);
  assert.throws(() => learnedFrom({ learned: [{ kernel }] }, ["bias"]), /holds undefined/);
});
