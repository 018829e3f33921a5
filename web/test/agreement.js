/**
 * The engine beside `lenet_course.scratch`, on the values that tests/test_web.py has written:
 *
 *   node agreement.js FOLDER
 *
 * FOLDER has, for each network, NAME.f16, NAME.json and the arrays that NAME.json names, in
 * float32. Prints as JSON what differs.
 */

import { readFileSync } from "node:fs";
import path from "node:path";

import { lenet5_1998, lenet5_tutorial, mapCriterion, softmaxCrossEntropy } from "../src/engine.js";

const folder = process.argv[2];
const LOSSES = { lenet5_1998: mapCriterion, lenet5_tutorial: softmaxCrossEntropy };

/** @param {string} name */
function bytes(name) {
  const content = readFileSync(path.join(folder, name));
  return content.buffer.slice(content.byteOffset, content.byteOffset + content.byteLength);
}

/** Largest difference of two arrays, as a share of the largest number of the second one. */
function difference(received, expected) {
  let [worst, largest] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    // A comparison that a NaN fails too.
    if (!(Math.abs(received[i] - expected[i]) <= worst)) worst = Math.abs(received[i] - expected[i]);
    largest = Math.max(largest, Math.abs(expected[i]));
  }
  return worst / largest;
}

/** Keep the larger number under a name; a NaN counts as the largest. */
function note(found, name, number) {
  if (!(number <= (found[name] ?? -1))) found[name] = Number.isNaN(number) ? Infinity : number;
}

const report = {};
for (const [name, build] of Object.entries({ lenet5_1998, lenet5_tutorial })) {
  const network = build(bytes(`${name}.f16`));
  const { values, images, labels } = JSON.parse(readFileSync(path.join(folder, `${name}.json`)));
  const digits = new Uint8Array(bytes("digits.u8"));
  const digit = (number) => network.prepare(digits.subarray(784 * number, 784 * (number + 1)));
  const read = (file) => new Float32Array(bytes(file));
  const part = (array, number, count) => array.subarray(number * count, (number + 1) * count);

  const layers = {};
  const gradients = {};
  const expected = values.map((key) => ({ key, array: read(`${name}.${key}.f32`) }));
  for (let number = 0; number < images; number++) {
    network.forward(digit(number));
    for (const { key, array } of expected) {
      const [layer, kind] = key.split(".");
      const received = network.layers.find((one) => one.name === layer)[kind];
      note(layers, key, difference(received, part(array, number, received.length)));
    }
  }
  labels.forEach((label, number) => {
    network.forward(digit(number));
    const { value, gradient } = LOSSES[name](network.layers[7].sums, label);
    const image = network.backward(gradient);
    const compare = (key, array) =>
      note(gradients, key, difference(array, part(read(`${name}.${key}.f32`), number, array.length)));
    compare("loss", [value]);
    compare("to image", image);
    for (const layer of network.layers) {
      for (const [key, array] of Object.entries(layer.gradients)) {
        compare(`to ${layer.name}.${key}`, array);
      }
    }
  });
  const answers = [];
  const times = [];
  for (let number = 0; number < digits.length / 784; number++) {
    const image = digit(number);
    const start = performance.now();
    network.forward(image);
    times.push(performance.now() - start);
    answers.push(network.classify());
  }
  times.sort((a, b) => a - b);
  report[name] = { layers, gradients, answers, milliseconds: times[times.length >> 1] };
}
console.log(JSON.stringify(report));
