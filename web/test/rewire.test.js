/** Rewire C3 without a page: what a wiring costs, what is alike in it, and the network cut. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { lenet5_1998, TABLE_I } from "../src/engine.js";
import { unpack } from "../src/common/examples.js";
import { C3, cutting } from "../src/rewire/cutting.js";
import { meanAndSpread, measurement } from "../src/rewire/measured.js";
import {
  chance,
  copy,
  costs,
  groups,
  listed,
  nothing,
  readBy,
  readingWords,
  same,
  sourceWords,
  symmetryWords,
} from "../src/rewire/wiring.js";

const bytes = readFileSync(new URL("../../lenet_course/weights/lenet5_1998.f16", import.meta.url));
const full = TABLE_I.map((row) => row.map(() => 1));

/** @param {[number, number][]} places map of S2, map of C3 */
function changed(...places) {
  const wiring = copy(TABLE_I);
  for (const [source, map] of places) wiring[source][map] = 1 - wiring[source][map];
  return wiring;
}

test("Table I and a full C3 have the numbers of the paper and of the book", () => {
  assert.deepEqual(costs(TABLE_I), {
    kernels: 60,
    c3: { parameters: 1516, connections: 151600, products: 150000 },
    network: { parameters: 60000, connections: 340908, products: 326520 },
  });
  const { c3, network } = costs(full);
  assert.deepEqual(c3, { parameters: 2416, connections: 241600, products: 240000 });
  assert.equal(network.products, 416520);
  assert.equal(costs(nothing()).c3.parameters, 16);
});

test("maps that read the same are in one group", () => {
  assert.equal(groups(TABLE_I).length, 16);
  assert.deepEqual(groups(full), [Array.from({ length: 16 }, (_, map) => map)]);
  assert.deepEqual(groups(nothing()), []);
  // Map 6 reads what map 0 reads, and map 3 of S2.
  const cut = changed([3, 6]);
  assert.deepEqual(readBy(cut, 6), [0, 1, 2]);
  assert.deepEqual(
    groups(cut).filter((group) => group.length > 1),
    [[0, 6]],
  );
});

test("chance gives sixty kernels, another sixty each time, and something to each map", () => {
  const one = chance();
  assert.equal(costs(one).kernels, 60);
  assert.ok(!same(one, chance()));
  // Drawn in order, the first sixty places leave the last two maps of S2 unread, but no map of C3
  // without any.
  const first = chance(() => 0);
  assert.equal(costs(first).kernels, 60);
  assert.equal(groups(first).flat().length, 16);
});

test("a draw that leaves a map without anything is not used", () => {
  let draws = 0;
  const wiring = chance(() => {
    draws += 1;
    // The 36 places that are left over by the first sixty draws have all six of map 15.
    return draws <= 60 ? skipping(draws) : 0;
  });
  assert.equal(draws, 120);
  assert.equal(groups(wiring).flat().length, 16);

  /** Place after place, but none of map 15: what is left of them grows shorter. */
  function skipping(/** @type {number} */ draw) {
    const left = 97 - draw;
    const skipped = Math.floor((draw - 1) / 15);
    return (skipped + 0.5) / left;
  }
});

test("what is said of a wiring", () => {
  assert.equal(listed([]), "");
  assert.equal(listed([4]), "4");
  assert.equal(listed([0, 4, 5]), "0, 4 and 5");
  assert.equal(readingWords(TABLE_I), "6 maps read 3, 9 read 4, 1 reads 6.");
  assert.equal(readingWords(nothing()), "16 maps read nothing.");
  assert.equal(readingWords(changed([0, 0])), "1 map reads 2, 5 read 3, 9 read 4, 1 reads 6.");
  assert.equal(sourceWords(TABLE_I), "Each map of S2 is read by 10.");
  assert.equal(sourceWords(nothing()), "No map of S2 is read.");
  assert.equal(sourceWords(changed([0, 0])), "A map of S2 is read by 9 to 10.");
  const cut = copy(TABLE_I);
  cut[1].fill(0);
  assert.equal(sourceWords(cut), "Map 1 of S2 is not read at all.");
  cut[4].fill(0);
  assert.equal(sourceWords(cut), "Maps 1 and 4 of S2 are not read at all.");
  assert.match(symmetryWords(TABLE_I), /^No two maps read the same/);
  assert.match(symmetryWords(nothing()), /^No map reads anything/);
  assert.match(symmetryWords(full), /^All 16 maps read the same\. Only/);
  assert.match(symmetryWords(changed([3, 6])), /^These read the same: 0 and 6\. Only/);
});

test("what was measured is refused where it is damaged", () => {
  const good = {
    wirings: [{ name: "Table I", wiring: TABLE_I, errors: [2, 4] }],
    trained: 15000,
    passes: 10,
    judged: 10000,
  };
  assert.equal(measurement(good), good);
  assert.deepEqual(meanAndSpread([2, 4]), { mean: 3, spread: Math.SQRT2 });
  const [own] = good.wirings;
  for (const bad of [
    undefined,
    {},
    { ...good, judged: "many" },
    { ...good, wirings: [] },
    { ...good, wirings: [{ ...own, name: 1 }] },
    { ...good, wirings: [{ ...own, errors: [2] }] },
    { ...good, wirings: [{ ...own, errors: [2, null] }] },
    { ...good, wirings: [{ ...own, wiring: TABLE_I.slice(1) }] },
    { ...good, wirings: [{ ...own, wiring: full.map((row) => row.map(() => 2)) }] },
  ]) {
    assert.throws(() => measurement(bad), /measured errors are missing or damaged/);
  }
});

test("a cut kernel is zero, and comes back", async () => {
  const network = lenet5_1998(new Uint8Array(bytes).buffer);
  const { weights } = network.layers[C3].parameters;
  const trained = weights.slice();
  const examples = await unpack();
  const cut = cutting(
    network,
    examples.map(({ pixels }) => pixels),
  );
  const whole = examples.map((_, index) => cut.read(index));
  // With all of Table I the network misreads the last of each four, as the page says.
  assert.deepEqual(
    whole.map(({ answer }, index) => answer === examples[index].digit),
    whole.map((_, index) => index % 4 < 3),
  );
  cut.apply(changed([2, 1], [5, 5]));
  weights.forEach((weight, at) => {
    const [source, map] = [Math.floor(at / 16) % 6, at % 16];
    const gone = (source === 2 && map === 1) || (source === 5 && map === 5);
    assert.equal(weight, gone ? 0 : trained[at]);
  });
  assert.ok(cut.kernel(2, 1).every((weight, at) => weight === trained[(at * 6 + 2) * 16 + 1]));
  assert.notDeepEqual(cut.read(20).penalties, whole[20].penalties);
  // What Table I does not have was never trained: connecting it changes nothing.
  cut.apply(full);
  assert.deepEqual(weights, trained);
  assert.deepEqual(
    examples.map((_, index) => cut.read(index)),
    whole,
  );
});
