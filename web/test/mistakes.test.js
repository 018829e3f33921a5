/** Mistakes without a page: the file, what the network makes of it, and what a limit rejects. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { lenet5_1998 } from "../src/engine.js";
import { LARGEST_LIMIT, ORDERS, read, rejectPoints, rejection, unpack } from "../src/mistakes/cases.js";

/** @param {string} name */
const bytes = (name) =>
  new Uint8Array(readFileSync(new URL(`../../lenet_course/${name}`, import.meta.url))).buffer;

const file = bytes("widgets/files/mistakes.bin");
const { digits, right } = await unpack(file);
const cases = read(lenet5_1998(bytes("weights/lenet5_1998.f16")), digits);

test("each digit is misread, and its ranking is that of its penalties", () => {
  for (const { label, answer, penalties, ranked, margin, confidence } of cases) {
    assert.notEqual(answer, label);
    const sorted = [...penalties].sort((a, b) => a - b);
    assert.deepEqual(ranked.map((digit) => penalties[digit]), sorted);
    assert.equal(ranked[0], answer);
    assert.equal(margin, sorted[1] - sorted[0]);
    assert.ok(confidence > 0.1 && confidence <= 1);
  }
});

test("every order is the order that it names", () => {
  const keys = {
    "least sure first": (one) => [one.margin],
    "surest first": (one) => [-one.margin],
    "by label": (one) => [one.label, one.answer, -one.margin],
    "by answer": (one) => [one.answer, one.label, -one.margin],
    "by place in the test set": (one) => [one.number],
  };
  assert.deepEqual(Object.keys(ORDERS), Object.keys(keys));
  for (const [name, key] of Object.entries(keys)) {
    const sorted = [...cases].sort(ORDERS[name]);
    assert.equal(new Set(sorted).size, cases.length);
    sorted.slice(1).forEach((one, before) => {
      const [a, b] = [key(sorted[before]), key(one)];
      const at = a.findIndex((value, index) => value !== b[index]);
      assert.ok(at < 0 || a[at] < b[at], name);
    });
  }
});

test("a limit of 0 rejects nothing, and the curve ends at the largest limit", () => {
  const none = rejection(cases, right, 0);
  assert.deepEqual([none.rejected, none.left, none.answered], [0, cases.length, 10000]);
  assert.ok(Math.abs(none.error - cases.length / 100) < 1e-12);
  const curve = rejectPoints(cases, right);
  const last = rejection(cases, right, LARGEST_LIMIT);
  assert.deepEqual(curve[0], [0, none.error]);
  assert.deepEqual(curve.at(-1), [last.rejected / 100, last.error]);
  assert.equal(last.lost, right.length);
});

test("what is not the file, or not of this network, is refused", async () => {
  const damaged = file.slice(0);
  new Uint8Array(damaged).fill(7, 3000, 3100);
  for (const other of [damaged, file.slice(0, 9000), new ArrayBuffer(0)]) {
    await assert.rejects(unpack(other), /The file with the misread digits is damaged/);
  }
  const other = lenet5_1998(bytes("weights/lenet5_1998_distorted.f16"));
  assert.throws(() => read(other, digits), /reads test digit \d+ right.*do not belong together/);
});
