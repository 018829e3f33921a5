/** The engine by itself: what it is made of, what it refuses, and its losses. */

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  CODES,
  COUNTS,
  decodeHalf,
  lenet5_1998,
  lenet5_tutorial,
  mapCriterion,
  softmaxCrossEntropy,
  TABLE_I,
} from "../src/engine.js";

const SIZES = { lenet5_1998: 60000, lenet5_tutorial: 44426 };
const BUILDERS = { lenet5_1998, lenet5_tutorial };

/** Weights between about -0.1 and 0.1, always the same ones, as 16-bit numbers. */
function someWeights(count) {
  const bits = new Uint16Array(count);
  for (let i = 0; i < count; i++) bits[i] = ((i % 2) << 15) | (0x2000 + ((i * 7919) % 0x0c00));
  return bits.buffer;
}

function someImage(network) {
  return network.layers[0].output.map((_, i) => Math.sin(i * i));
}

test("numbers of 16 bits", () => {
  const bits = [0x0000, 0x8000, 0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x3555, 0x7c00, 0xfc00];
  const expected = [0, -0, 1, -2, 65504, 2 ** -14, 2 ** -24, 0.333251953125, Infinity, -Infinity];
  const buffer = new Uint16Array([...bits, 0x7e00]).buffer;
  assert.deepEqual([...decodeHalf(buffer)], [...expected, NaN]);
  // A part of a larger buffer too, at any place.
  const part = new Uint8Array([9, ...new Uint8Array(buffer)]).subarray(1, 9);
  assert.deepEqual([...decodeHalf(part)], expected.slice(0, 4));
  assert.throws(() => decodeHalf(new ArrayBuffer(3)), /Received 3 bytes, expected an even number/);
  assert.throws(() => decodeHalf(undefined), /Received undefined, expected an even number/);
});

for (const [name, build] of Object.entries(BUILDERS)) {
  const size = SIZES[name];

  test(`${name} refuses malformed weights`, () => {
    for (const bytes of [0, 2 * size - 2, 2 * size + 2, 2 * size - 1]) {
      assert.throws(
        () => build(new ArrayBuffer(bytes)),
        new RegExp(`The weights are ${bytes} bytes, expected ${2 * size} bytes: ${size} numbers`),
      );
    }
    assert.throws(() => build(null), /The weights are null, expected/);
    for (const [bits, word] of [[0x7c00, "Infinity"], [0x7e00, "NaN"]]) {
      const weights = someWeights(size);
      new Uint16Array(weights)[size - 1] = bits;
      const message = `Weight ${size - 1} is ${word}, expected a finite number`;
      assert.throws(() => build(weights), new RegExp(message));
    }
  });

  test(`${name} refuses another size`, () => {
    const network = build(someWeights(size));
    const pixels = network.layers[0].output.length;
    assert.throws(
      () => network.forward(new Float32Array(pixels - 1)),
      new RegExp(`The image has ${pixels - 1} numbers, expected ${pixels}`),
    );
    assert.throws(() => network.forward(undefined), /The image has undefined numbers/);
    assert.throws(() => network.backward(new Float32Array(9)), /The gradient has 9 numbers/);
    assert.throws(() => network.prepare(new Uint8Array(783)), /The digit has 783 numbers/);
  });

  test(`${name} fills the same arrays each time`, () => {
    const network = build(someWeights(size));
    const arrays = () =>
      network.layers.flatMap((layer) => [
        layer.sums,
        layer.output,
        layer.outputGradient,
        ...Object.values(layer.gradients),
      ]);
    const before = arrays();
    const image = someImage(network);
    const first = Float32Array.from(network.forward(image));
    const gradient = network.backward(Float32Array.of(1, -1, 0, 0, 0, 0, 0, 0, 0, 2));
    const values = before.map((array) => array.slice());
    network.forward(image.map((pixel) => -pixel));
    network.backward(new Float32Array(10).fill(0.5));
    assert.deepEqual(network.forward(image), first);
    network.backward(Float32Array.of(1, -1, 0, 0, 0, 0, 0, 0, 0, 2));
    assert.ok(arrays().every((array, index) => array === before[index]));
    assert.deepEqual(before, values);
    assert.equal(gradient, network.layers[0].outputGradient);
  });
}

test("layers and shapes of 1998", () => {
  const { layers } = lenet5_1998(someWeights(60000));
  const shapes = {
    input: [32, 32, 1],
    C1: [28, 28, 6],
    S2: [14, 14, 6],
    C3: [10, 10, 16],
    S4: [5, 5, 16],
    C5: [1, 1, 120],
    F6: [1, 1, 84],
    output: [1, 1, 10],
  };
  assert.deepEqual(Object.fromEntries(layers.map(({ name, shape }) => [name, shape])), shapes);
});

test("layers and shapes of chapter 08", () => {
  const { layers } = lenet5_tutorial(someWeights(44426));
  const shapes = {
    input: [28, 28, 1],
    C1: [24, 24, 6],
    S2: [12, 12, 6],
    C3: [8, 8, 16],
    S4: [4, 4, 16],
    C5: [1, 1, 120],
    F6: [1, 1, 84],
    output: [1, 1, 10],
  };
  assert.deepEqual(Object.fromEntries(layers.map(({ name, shape }) => [name, shape])), shapes);
});

test("the counts are those of the layers, 60,000 and 340,908", () => {
  const { layers } = lenet5_1998(someWeights(60000));
  const counted = layers.slice(1).map(({ name, kind, shape, size, reads }) => {
    const [height, width, maps] = shape;
    const kernels = reads.reduce((sum, list) => sum + list.length, 0);
    const own = { convolution: size * size * kernels + maps, subsampling: 2 * maps, rbf: 0 }[kind];
    const bias = kind === "rbf" ? 0 : maps;
    return { name, parameters: own, connections: height * width * (size * size * kernels + bias) };
  });
  assert.deepEqual(COUNTS, counted);
  assert.equal(COUNTS.reduce((sum, { parameters }) => sum + parameters, 0), 60000);
  assert.equal(COUNTS.reduce((sum, { connections }) => sum + connections, 0), 340908);
});

test("Table I is what C3 reads, and its other kernels are zero", () => {
  const network = lenet5_1998(someWeights(60000));
  const c3 = network.layers[3];
  const found = TABLE_I.map((row) => row.map(() => 0));
  const trained = TABLE_I.map((row) => row.map(() => 0));
  network.forward(someImage(network));
  network.backward(new Float32Array(10).fill(1));
  c3.reads.forEach((reads, map) => reads.forEach((channel) => (found[channel][map] = 1)));
  assert.deepEqual(found, TABLE_I);
  c3.parameters.weights.forEach((weight, i) => {
    const [channel, map] = [Math.floor(i / 16) % 6, i % 16];
    assert.equal(weight !== 0, TABLE_I[channel][map] === 1);
    if (c3.gradients.weights[i] !== 0) trained[channel][map] = 1;
  });
  assert.deepEqual(trained, TABLE_I);
});

test("the gradient is that of the values", () => {
  for (const [name, build] of Object.entries(BUILDERS)) {
    const network = build(someWeights(SIZES[name]));
    const image = someImage(network);
    const last = network.layers[7];
    const loss = name === "lenet5_1998" ? mapCriterion : softmaxCrossEntropy;
    const value = (pixels) => {
      network.forward(pixels);
      return loss(last.sums, 3).value;
    };
    value(image);
    const gradient = network.backward(loss(last.sums, 3).gradient).slice();
    const step = 1e-2;
    let moved = image.slice();
    let expected = 0;
    // Along a direction with parts of all pixels, because single pixels drown in rounding.
    gradient.forEach((slope, i) => {
      moved[i] += step * Math.sign(slope);
      expected += Math.abs(slope);
    });
    const above = value(moved);
    moved = image.map((pixel, i) => pixel - step * Math.sign(gradient[i]));
    const measured = (above - value(moved)) / (2 * step);
    assert.ok(Math.abs(measured - expected) < 1e-2 * expected, `${name}: ${measured}, ${expected}`);
  }
});

test("the codes are ten different bitmaps of 7 x 12", () => {
  assert.equal(CODES.length, 10);
  for (const code of CODES) {
    assert.equal(code.length, 84);
    assert.ok(code.every((pixel) => Math.abs(pixel) === 1));
  }
  assert.equal(new Set(CODES.map(String)).size, 10);
});

test("losses of plain cases", () => {
  // All penalties alike and no rubbish class to speak of: log 10.
  const even = new Float32Array(10).fill(2);
  assert.ok(Math.abs(mapCriterion(even, 4, 1000).value - Math.log(10)) < 1e-6);
  assert.ok(Math.abs(softmaxCrossEntropy(even, 4).value - Math.log(10)) < 1e-6);
  const { gradient } = softmaxCrossEntropy(even, 4);
  assert.deepEqual([...gradient].map((g) => g.toFixed(3)), even.reduce(
    (list, _, i) => [...list, (i === 4 ? -0.9 : 0.1).toFixed(3)],
    [],
  ));
  // Large numbers do not overflow.
  const far = Float32Array.of(2000, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  assert.equal(softmaxCrossEntropy(far, 0).value, 0);
  assert.equal(softmaxCrossEntropy(far, 1).value, 2000);
  assert.ok(Number.isFinite(mapCriterion(far, 0).value));
});
