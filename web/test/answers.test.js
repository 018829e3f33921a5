/** What the quiz keeps: what it makes of records, good and bad, and of a browser that keeps none. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Memory, outcome, PREFIX, tally } from "../src/quiz/answers.js";

const QUESTIONS = [
  { key: "aaaaaaaa", right: [false, true, false] },
  { key: "bbbbbbbb", right: [true, false] },
];
const TRIES = [[2, 1], []];

/** As browsers have it: what is kept are its own properties. */
class Store {
  getItem(name) {
    return this[name] ?? null;
  }
  setItem(name, text) {
    this[name] = text;
  }
  removeItem(name) {
    delete this[name];
  }
}

beforeEach(() => {
  globalThis.localStorage = new Store();
});

test("answers are there at the next visit, in one record for each chapter", () => {
  new Memory().write("03", QUESTIONS, TRIES);
  const memory = new Memory();
  assert.deepEqual(memory.read("03", QUESTIONS), TRIES);
  assert.deepEqual(memory.read("04", QUESTIONS), [[], []]);
  assert.deepEqual({ ...localStorage }, { [`${PREFIX}03`]: '{"aaaaaaaa":[2,1]}' });
  assert.ok(memory.kept);
});

test("a question that has changed is open again, and its old answer goes", () => {
  const memory = new Memory();
  memory.write("03", QUESTIONS, [[1], [0]]);
  const changed = [{ ...QUESTIONS[0], key: "cccccccc" }, QUESTIONS[1]];
  assert.deepEqual(memory.read("03", changed), [[], [0]]);
  memory.write("03", changed, [[], [0]]);
  assert.equal(localStorage.getItem(`${PREFIX}03`), '{"bbbbbbbb":[0]}');
});

for (const [record, expected] of [
  ["", []],
  ["{", []],
  ["7", []],
  ["[1]", []],
  ["null", []],
  ['{"aaaaaaaa":1}', []],
  ['{"aaaaaaaa":[1,1]}', [1]],
  ['{"aaaaaaaa":[3,-1,0.5,"1","length",null,[],2]}', [2]],
]) {
  test(`of the record ${record} only what can be is taken`, () => {
    localStorage.setItem(`${PREFIX}03`, record);
    assert.deepEqual(new Memory().read("03", QUESTIONS), [expected, []]);
  });
}

test("a chapter is forgotten, or all, and nothing of others", () => {
  const memory = new Memory();
  for (const chapter of ["03", "04", "99"]) memory.write(chapter, QUESTIONS, TRIES);
  localStorage.setItem("mode", "dark");
  memory.forget("03");
  assert.deepEqual(memory.read("03", QUESTIONS), [[], []]);
  assert.deepEqual(memory.read("04", QUESTIONS), TRIES);
  memory.forget();
  assert.deepEqual({ ...localStorage }, { mode: "dark" });
});

test("where nothing may be kept, answers last for this visit", () => {
  Object.defineProperty(globalThis, "localStorage", {
    configurable: true,
    get() {
      throw new Error("The operation is insecure.");
    },
  });
  const memory = new Memory();
  assert.deepEqual(memory.read("03", QUESTIONS), [[], []]);
  assert.equal(memory.kept, false);
  memory.write("03", QUESTIONS, TRIES);
  assert.deepEqual(memory.read("03", QUESTIONS), TRIES);
  memory.forget("03");
  assert.deepEqual(memory.read("03", QUESTIONS), [[], []]);
  memory.write("03", QUESTIONS, TRIES);
  memory.forget();
  assert.deepEqual(memory.read("03", QUESTIONS), [[], []]);
  assert.equal(memory.kept, false);
  Object.defineProperty(globalThis, "localStorage", { value: undefined, writable: true });
});

test("where there is no room any more, the older record is not taken for the newer", () => {
  const memory = new Memory();
  memory.write("03", QUESTIONS, [[0], []]);
  localStorage.setItem = () => {
    throw new Error("The quota has been exceeded.");
  };
  memory.write("03", QUESTIONS, [[0, 1], []]);
  assert.equal(memory.kept, false);
  assert.deepEqual(memory.read("03", QUESTIONS), [[0, 1], []]);
  localStorage.setItem = Store.prototype.setItem;
  memory.write("03", QUESTIONS, TRIES);
  assert.equal(memory.kept, true);
});

test("outcomes and their tally", () => {
  const outcomes = [[], [0], [1], [0, 2, 1]].map((tries) => outcome(QUESTIONS[0], tries));
  assert.deepEqual(outcomes, ["open", "open", "first", "later"]);
  assert.deepEqual(tally(outcomes), { right: 2, first: 1, of: 4 });
});
