/**
 * Strings composed and read as the page does it, for tests/test_read_string.py:
 *
 *   node read_strings.js WEIGHTS FOLDER
 *
 * FOLDER/cases.json has for each string its symbols, which test digit of each, gap, nudges, width
 * and grammar. Writes strip, logarithms and the pieces of the cut as NUMBER.NAME.f32, and prints
 * the rest as JSON.
 */

import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

import { unpack } from "../src/common/examples.js";
import { centersOf, compose } from "../src/string/compose.js";
import { cut } from "../src/string/cut.js";
import { bestPath, confidence, GRAMMARS, grammarOf } from "../src/string/grammar.js";
import { stringReader } from "../src/string/network.js";
import { pieceOf } from "../src/string/pieces.js";

const [weights, folder] = process.argv.slice(2);
const network = stringReader(readFileSync(weights));
const examples = await unpack();

const write = (name, numbers) =>
  writeFileSync(path.join(folder, `${name}.f32`), Float32Array.from(numbers));

const times = [];
const reports = JSON.parse(readFileSync(path.join(folder, "cases.json"))).map((one, number) => {
  const pieces = Array.from(one.text, (symbol, at) => ({
    ...pieceOf(symbol, examples, one.which[at]),
    nudge: one.nudges[at],
  }));
  const centers = centersOf(pieces, one.gap, one.width);
  if (centers === null) return null;
  const strip = compose(pieces, centers, one.width);
  const logs = network.look(strip);
  const start = performance.now();
  network.look(strip);
  times.push(performance.now() - start);
  const grammar = grammarOf(GRAMMARS[one.grammar].parts);
  const { text, labels, score } = bestPath(logs, grammar);
  const windows = cut(strip, one.text.length);
  write(`${number}.strip`, strip);
  write(`${number}.logs`, logs);
  write(`${number}.windows`, windows.flatMap((window) => Array.from(window)));
  return {
    centers,
    numbers: pieces.map((piece) => piece.number),
    text,
    labels: Array.from(labels),
    score,
    confidence: confidence(logs, grammar, text),
    cut: windows.map((window) => network.classify(window)).join(""),
  };
});
// The fastest one, for a machine that is busy with other things as well.
console.log(JSON.stringify({ reports, milliseconds: Math.min(...times) }));
