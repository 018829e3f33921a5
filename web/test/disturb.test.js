/** Disturb a digit, without a page: moves, noise, attacks and the search for what breaks it. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { lenet5_1998 } from "../src/engine.js";
import { unpack } from "../src/common/examples.js";
import { attacked, read, slope } from "../src/disturb/attack.js";
import { firstBreaks, searcher } from "../src/disturb/breaking.js";
import { NONE, framed, lots, moved, noisy } from "../src/disturb/change.js";
import { KINDS, outward } from "../src/disturb/kinds.js";
import { record } from "../src/disturb/limits.js";

const bytes = readFileSync(new URL("../../lenet_course/weights/lenet5_1998.f16", import.meta.url));
const network = lenet5_1998(new Uint8Array(bytes).buffer);
const examples = await unpack();
const [seven, one] = [examples[28], examples[4]];

test("a digit in its field is read like the digit", () => {
  const penalties = [...read(network, framed(seven.pixels))];
  const wanted = network.forward(network.prepare(seven.pixels));
  penalties.forEach((penalty, digit) => assert.ok(Math.abs(penalty - wanted[digit]) < 1e-3));
});

test("a move that is none changes nothing, and whole pixels stay what they are", () => {
  const digit = framed(seven.pixels);
  assert.deepEqual(moved(digit, { ...NONE }), digit);
  const down = moved(digit, { ...NONE, down: 3, right: -2 });
  for (let row = 6; row < 26; row++) {
    for (let column = 6; column < 26; column++) {
      assert.equal(down[(row + 3) * 32 + column - 2], digit[row * 32 + column]);
    }
  }
  const turned = moved(moved(digit, { ...NONE, degrees: 90 }), { ...NONE, degrees: -90 });
  turned.forEach((value, pixel) => assert.ok(Math.abs(value - digit[pixel]) < 1e-6));
});

test("what a little noise inverts, more noise inverts too", () => {
  const [digit, drawn] = [framed(seven.pixels), lots(3)];
  const [little, more] = [0.05, 0.2].map((p) => noisy(digit, p, drawn));
  assert.deepEqual(noisy(digit, 0, drawn), digit);
  little.forEach((value, pixel) => {
    if (value !== digit[pixel]) assert.equal(value, more[pixel]);
  });
  assert.notDeepEqual(lots(3), lots(4));
});

test("an attack stays in its box, within paper and ink, and off the rim", () => {
  const digit = framed(seven.pixels);
  for (const steps of [1, 20]) {
    for (const target of [null, 3]) {
      const near = attacked(network, digit, 0.1, { steps, divisor: 50, label: 7, target });
      assert.notDeepEqual(near, digit);
      near.forEach((value, pixel) => {
        assert.ok(value >= 0 && value <= 1 && Math.abs(value - digit[pixel]) <= 0.1 + 1e-6);
        const [row, column] = [Math.floor(pixel / 32), pixel % 32];
        if (Math.min(row, column, 31 - row, 31 - column) < 2) assert.equal(value, digit[pixel]);
      });
    }
  }
});

test("a slope that 32 bits cannot hold is 0, and divided it is not", () => {
  const digit = framed(one.pixels);
  assert.ok(slope(network, digit, 1, 1).toField.every((value) => value === 0));
  assert.ok(slope(network, digit, 1, 50).toField.some((value) => value !== 0));
  assert.deepEqual(
    attacked(network, digit, 0.4, { steps: 20, divisor: 1, label: 1, target: null }),
    digit,
  );
});

test("sliders reach their ends in steps, and are at rest where nothing changes", () => {
  for (const kind of KINDS) {
    assert.equal(kind.rest, NONE[kind.key]);
    for (const [side, end] of /** @type {const} */ ([[-1, kind.min], [1, kind.max]])) {
      const values = outward(kind, side);
      assert.equal(values.at(-1) ?? kind.rest, end);
      assert.ok(!values.includes(kind.rest));
    }
  }
});

/** @param {Partial<import("../src/disturb/change.js").Change>} change */
const situation = (change = {}) => ({
  example: seven,
  digit: framed(seven.pixels),
  change: { ...NONE, ...change },
  seed: 1,
  drawn: lots(1),
  attack: { steps: 1, divisor: 50, label: 7, target: null },
});

test("breaks are found in the background, and again only where they may differ", async () => {
  /** @type {string[]} */
  const searched = [];
  let all = () => {};
  const search = searcher(network, (kind, found) => {
    if (found) searched.push(kind.key);
    if (searched.length === KINDS.length) all();
  });
  const first = new Promise((resolve) => (all = () => resolve(null)));
  search.search(situation());
  await first;
  assert.deepEqual(searched, KINDS.map((kind) => kind.key));
  searched.length = 0;
  const next = new Promise((resolve) => {
    all = () => {};
    setTimeout(resolve, 1500);
  });
  // Noise of other pixels changes only the marks of noise, as long as there is none.
  search.search({ ...situation(), seed: 2, drawn: lots(2) });
  await next;
  assert.deepEqual(searched, ["noise"]);
  search.stop();
});

test("a search reads at each value of the slider, and no further than the first break", () => {
  const [turn] = KINDS;
  let pauses = 0;
  const search = firstBreaks(network, situation(), turn);
  let step = search.next();
  for (; !step.done; step = search.next()) pauses += 1;
  assert.deepEqual(step.value, [{ value: -29, answer: 2 }]);
  assert.equal(pauses, 29 + 90);
});

test("of sizes, half is as far as twice", () => {
  const found = record();
  const size = KINDS[1];
  assert.ok(found.note(seven, { ...NONE, factor: 0.5 }, 7, 1));
  assert.ok(!found.note(seven, { ...NONE, factor: 2.1 }, 7, 1));
  assert.ok(found.note(seven, { ...NONE, factor: 1.4 }, 7, 1));
  assert.ok(!found.note(seven, { ...NONE, factor: 0.6 }, 7, 1));
  assert.equal(found.best(seven.number, size)?.value, 1.4);
  assert.equal(found.best(one.number, size), undefined);
  assert.ok(!found.note(seven, { ...NONE }, 7, 7));
});
