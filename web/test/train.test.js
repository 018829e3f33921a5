/** Training without a page: where it starts, that it can go on, and what goes wrong in it. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { TABLE_I } from "../src/engine.js";
import { first, RATES } from "../src/train/choices.js";
import { HELD_OUT, LEARNED, read } from "../src/train/digits.js";
import { short } from "../src/train/flow.js";
import { GOOD_RUNS } from "../src/train/good_runs.js";
import { NETWORKS, parametersOf, STARTS, untrained } from "../src/train/networks.js";
import { OPTIMIZERS } from "../src/train/optimizers.js";
import { Trainer } from "../src/train/trainer.js";
import { trouble } from "../src/train/trouble.js";

const FILE = new URL("../../lenet_course/widgets/files/training_digits.png", import.meta.url);
const file = Uint8Array.from(readFileSync(FILE));
const { learned, heldOut } = await read(file.buffer);
const few = { pixels: learned.pixels.slice(0, 784 * 40), labels: learned.labels.slice(0, 40) };

test("a damaged picture is refused", async () => {
  assert.equal(learned.labels.length, LEARNED);
  assert.equal(heldOut.labels.length, HELD_OUT);
  const cut = file.slice(0, 100_000);
  const other = file.slice();
  other.fill(7, 5000, 5100);
  for (const bytes of [cut, other, new Uint8Array(0)]) {
    await assert.rejects(read(bytes.buffer), /The picture of the training digits is damaged/);
  }
});

test("first weights", () => {
  for (const name of Object.keys(NETWORKS)) {
    for (const start of Object.keys(STARTS)) {
      const network = untrained(name, start, 1);
      const flat = (one) => parametersOf(one).flatMap(({ values }) => [...values]);
      assert.deepEqual(flat(network), flat(untrained(name, start, 1)));
      if (start !== "zeros") assert.notDeepEqual(flat(network), flat(untrained(name, start, 2)));
      for (const { layer, name: key, values } of parametersOf(network)) {
        if (key === "bias" || start === "zeros") assert(values.every((value) => value === 0));
        else if (layer.name === "C1") assert(values.every((value) => value !== 0));
      }
      const c1 = network.layers[1].parameters.weights;
      const largest = Math.max(...c1.map(Math.abs));
      const limit = { fanIn: 2.4 / 25, glorot: Math.sqrt(6 / (25 + 150)), zeros: 0 }[start];
      if (limit !== undefined) assert(largest <= limit * (1 + 1e-6) && largest >= 0.9 * limit);
      else assert(largest > 2 && largest < 5);
    }
  }
  const c3 = untrained("lenet5_1998", "fanIn", 1).layers[3].parameters.weights;
  c3.forEach((weight, at) => {
    const exists = TABLE_I[Math.floor(at / 16) % 6][at % 16];
    assert.equal(weight !== 0, exists === 1);
    const reads = TABLE_I.reduce((sum, row) => sum + row[at % 16], 0);
    assert(Math.abs(weight) <= 2.4 / (25 * reads));
  });
});

for (const optimizer of Object.keys(OPTIMIZERS)) {
  test(`${optimizer}: a training goes on from where it was, over the end of a pass`, () => {
    const settings = {
      network: "lenet5_1998", optimizer, rate: 0.00001, batch: 6, start: "fanIn", seed: 3,
    };
    const whole = new Trainer(settings, few);
    const [one, two] = [new Trainer(settings, few), new Trainer(settings, few)];
    for (let step = 0; step < 10; step++) whole.step();
    for (let step = 0; step < 4; step++) one.step();
    two.restore(structuredClone(one.save()));
    for (let step = 0; step < 6; step++) two.step();
    assert.equal(two.seen, 60);
    assert.deepEqual(two.save(), whole.save());
    assert.notDeepEqual(one.save().weights, whole.save().weights);
  });
}

/** Train so far, testing at the beginning and the end; return what is said. */
function told(settings, digits) {
  const trainer = new Trainer({ batch: 1, seed: 1, ...settings }, learned);
  const tested = [{ seen: 0, ...trainer.test(heldOut) }];
  while (trainer.seen < digits) trainer.step();
  if (digits) tested.push({ seen: trainer.seen, ...trainer.test(heldOut) });
  return trouble(trainer.network, tested);
}

const ORIGINAL = { network: "lenet5_1998", start: "fanIn" };
const TUTORIAL = { network: "lenet5_tutorial", start: "glorot", batch: 32 };
for (const kind of [ORIGINAL, TUTORIAL]) {
  for (const [optimizer, { rates, first: rate }] of Object.entries(RATES[kind.network])) {
    test(`${kind.network}, ${optimizer}: the first rate is in order, the largest is not`, () => {
      assert(rates.includes(rate));
      assert.match(told({ ...kind, optimizer, rate }, 300), /^In order: on the held-out/);
      assert.match(told({ ...kind, optimizer, rate: rates.at(-1) }, 200), /^(Diverg|Saturated)/);
    });
  }
}

test("what goes wrong is said", () => {
  const plain = { ...ORIGINAL, optimizer: "descent", rate: 0.001 };
  assert.match(told(plain, 0), /^In order: the weights are random/);
  assert.match(told({ ...plain, start: "zeros" }, 100), /^Silent: /);
  assert.match(told({ ...plain, start: "normal" }, 0), /^Saturated: \d+ % of the values of/);
  assert.match(told({ ...plain, rate: 0.0001 }, 1000), /^Slow: after 1,000 digits/);
  const network = untrained("lenet5_1998", "fanIn", 1);
  const tested = [{ seen: 0, loss: 80, error: 90 }, { seen: 100, loss: NaN, error: 90 }];
  assert.match(trouble(network, tested), /^Diverged: /);
});

test("numbers of any size", () => {
  const numbers = [0, 0.42, 0.01, 1.26, 84.04, 122.4, 0.00099, 3.14e-5, 1e-12, NaN, Infinity];
  const expected = ["0", "0.42", "0.01", "1.3", "84", "122", "9.9·10⁻⁴", "3.1·10⁻⁵", "1.0·10⁻¹²"];
  assert.deepEqual(numbers.map(short), [...expected, "no number", "no number"]);
});

for (const [network, points] of Object.entries(GOOD_RUNS)) {
  test(`${network}: the run to compare with is the one with the first settings`, () => {
    const trainer = new Trainer(first(network), learned);
    for (const { seen, loss, error } of points.slice(0, 8)) {
      while (trainer.seen < seen) trainer.step();
      const found = trainer.test(heldOut);
      assert(Math.abs(found.loss / loss - 1) < 0.02, `${seen}: ${found.loss}, not ${loss}`);
      assert(Math.abs(found.error - error) < 1, `${seen}: ${found.error}, not ${error}`);
    }
  });
}

test("what chapter 10 says", () => {
  const plain = { ...ORIGINAL, optimizer: "descent", rate: 0.001, batch: 1, seed: 1 };
  const after = (settings, digits) => {
    const trainer = new Trainer({ ...plain, ...settings }, learned);
    while (trainer.seen < digits) trainer.step();
    return trainer.test(heldOut);
  };
  assert.equal(Math.round(after({}, 0).loss), 84);
  assert.equal(Math.round(after({}, 200).loss), 57);
  assert(after({}, 200).error > 89);
  assert(after({}, 500).error < 60);
  assert.equal(Math.round(after({ start: "zeros" }, 1000).loss), 57);
  assert(after({ start: "zeros" }, 1000).error > 89);
  assert(after({ rate: 0.03 }, 20).loss > 200);
  assert(after({ rate: 0.03 }, 1000).loss > 200);
});
