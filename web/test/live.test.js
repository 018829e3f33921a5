/** LeNet live without a page: ink, preparation, and what a unit adds up. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { CODES, lenet5_1998 } from "../src/engine.js";
import { unpack } from "../src/common/examples.js";
import { GRAIN, Ink, SIDE } from "../src/live/ink.js";
import { prepare, shrink } from "../src/live/preparation.js";
import { receptiveField, strongest, terms } from "../src/live/terms.js";
import { STROKES } from "./strokes.js";

const bytes = readFileSync(new URL("../../lenet_course/weights/lenet5_1998.f16", import.meta.url));
const network = lenet5_1998(new Uint8Array(bytes).buffer);
const examples = await unpack();

/** @param {number[][][]} strokes */
function drawn(strokes) {
  const ink = new Ink();
  for (const points of strokes) {
    points.slice(1).forEach(([x, y], index) => {
      const [fromX, fromY] = points[index];
      ink.stroke("pen", fromX * SIDE, fromY * SIDE, x * SIDE, y * SIDE);
    });
  }
  return ink;
}

const shown = ({ pixels }) => {
  const ink = new Ink();
  ink.show(pixels);
  return ink;
};

const inkOf = (values) => values.reduce((sum, value) => sum + value, 0);

test("there are four test digits of each kind", () => {
  assert.deepEqual(
    examples.map(({ digit }) => digit),
    Array.from({ length: 40 }, (_, index) => Math.floor(index / 4)),
  );
  for (const { pixels } of examples) assert.equal(pixels.length, 784);
});

test("preparing a digit of MNIST gives the digit, to the last gray level", () => {
  for (const example of examples) {
    assert.deepEqual(prepare(shown(example).pixels).field, example.pixels, `${example.number}`);
  }
});

test("so it does wherever the digit is, and however large", () => {
  let moved = 0;
  for (const example of examples) {
    const ink = shown(example);
    const before = inkOf(ink.pixels);
    ink.change({ right: -2, down: 3 });
    if (inkOf(ink.pixels) < before) continue; // beyond the edge of the pad
    assert.deepEqual(prepare(ink.pixels).field, example.pixels, `${example.number}`);
    moved += 1;
  }
  assert.ok(moved > 30, `${moved}`);
  // Each pixel as a square of half the side, at the upper left.
  const half = new Uint8ClampedArray(SIDE * SIDE);
  const side = GRAIN / 2;
  for (let row = 0; row < 28 * side; row++) {
    for (let column = 0; column < 28 * side; column++) {
      const from = Math.floor(row / side) * 28 + Math.floor(column / side);
      half[row * SIDE + column] = examples[0].pixels[from];
    }
  }
  assert.deepEqual(prepare(half).field, examples[0].pixels);
});

test("without preparation every pixel is the average of its square", () => {
  for (const example of examples) {
    assert.deepEqual(shrink(shown(example).pixels).field, example.pixels);
  }
  const ink = new Uint8ClampedArray(SIDE * SIDE);
  for (let row = 0; row < GRAIN; row++) ink.fill(200, row * SIDE, row * SIDE + 3);
  assert.equal(shrink(ink).field[0], (200 * 3) / GRAIN);
});

test("a rectangle fills the box with its proportions kept, and gray edges", () => {
  const ink = new Uint8ClampedArray(SIDE * SIDE);
  for (let row = 50; row < 150; row++) ink.fill(255, row * SIDE + 30, row * SIDE + 63);
  const { box, scaled, center, field } = prepare(ink);
  assert.deepEqual(box, { top: 50, left: 30, height: 100, width: 33 });
  // 33 of 100 pixels wide is 6.6 of 20: six pixels of ink, and one with 0.6 of it.
  for (let row = 0; row < 20; row++) {
    const line = Array.from(scaled.subarray(20 * row, 20 * row + 8));
    assert.deepEqual(line, [255, 255, 255, 255, 255, 255, 153, 0]);
  }
  assert.equal(center.row, 9.5);
  assert.ok(Math.abs(center.column - (15 * 255 + 6 * 153) / (6 * 255 + 153)) < 1e-9);
  const rows = Array.from({ length: 28 }, (_, row) =>
    inkOf(field.subarray(28 * row, 28 * row + 28)),
  );
  assert.deepEqual(
    rows.map(Boolean),
    rows.map((_, row) => row >= 4 && row < 24),
  );
  assert.equal(field.subarray(28 * 10, 28 * 11).indexOf(255), 11);
});

test("the center of mass comes to pixel 14, to half a pixel, and no ink is lost", () => {
  for (const strokes of STROKES) {
    const { scaled, field } = prepare(drawn(strokes).pixels);
    assert.equal(inkOf(field), inkOf(scaled));
    for (const coordinate of [(at) => Math.floor(at / 28), (at) => at % 28]) {
      const moment = field.reduce((sum, gray, at) => sum + gray * coordinate(at), 0);
      const center = moment / inkOf(field);
      assert.ok(center >= 13.5 && center < 14.5, `${center}`);
    }
  }
});

test("paper is -0.1, ink 1.175, and the rim paper", () => {
  const image = network.prepare(prepare(drawn(STROKES[0]).pixels).field);
  assert.ok(Math.abs(Math.min(...image) + 0.1) < 1e-6);
  assert.ok(Math.abs(Math.max(...image) - 1.175) < 1e-6);
  for (let at = 0; at < 32; at++) {
    for (const edge of [at, 32 + at, 32 * 30 + at, 32 * 31 + at, 32 * at, 32 * at + 31]) {
      assert.ok(Math.abs(image[edge] + 0.1) < 1e-6);
    }
  }
});

test("without ink there is nothing to scale", () => {
  const { box, center, field } = prepare(new Ink().pixels);
  assert.equal(box, null);
  assert.equal(center, null);
  assert.equal(inkOf(field), 0);
});

test("a dot is a digit too: it fills the box", () => {
  const { scaled } = prepare(
    drawn([
      [
        [0.5, 0.5],
        [0.5, 0.5],
      ],
    ]).pixels,
  );
  assert.ok(scaled[20 * 10 + 10] === 255);
  assert.ok(scaled[0] < 40);
});

test("digits drawn by strokes are read as what they are", () => {
  STROKES.forEach((strokes, digit) => {
    network.forward(network.prepare(prepare(drawn(strokes).pixels).field));
    assert.equal(network.classify(), digit);
  });
});

test("the eraser takes away what the pen has drawn", () => {
  const ink = drawn(STROKES[1]);
  for (const points of STROKES[1]) {
    points.slice(1).forEach(([x, y], index) => {
      const [fromX, fromY] = points[index];
      ink.stroke("eraser", fromX * SIDE, fromY * SIDE, x * SIDE, y * SIDE);
    });
  }
  assert.equal(inkOf(ink.pixels), 0);
});

test("changes of the ink can be undone by their opposites", () => {
  const ink = shown(examples[5]);
  const before = ink.pixels.slice();
  for (const change of [{ right: 3 }, { down: -2 }, { degrees: 30 }, { thickness: 2 }]) {
    const [[name, value]] = Object.entries(change);
    ink.change(change);
    assert.notDeepEqual(ink.pixels, before);
    ink.change({ [name]: -value });
    assert.deepEqual(ink.pixels, before, name);
  }
});

test("a quarter turn takes the upper edge to the right", () => {
  const ink = new Ink();
  ink.stroke("pen", 60, 20, 160, 20);
  ink.change({ degrees: 90 });
  assert.ok(ink.pixels[112 * SIDE + (SIDE - 20)] > 250);
  assert.equal(ink.pixels[20 * SIDE + 112], 0);
});

test("thicker strokes have more ink, thinner ones less", () => {
  const ink = drawn(STROKES[3]);
  const before = inkOf(ink.pixels);
  ink.change({ thickness: 2 });
  assert.ok(inkOf(ink.pixels) > 1.15 * before);
  ink.change({ thickness: -4 });
  assert.ok(inkOf(ink.pixels) < 0.85 * before);
});

test("the products of every kind of unit add up to its sum", () => {
  network.forward(network.prepare(examples[3].pixels));
  const units = [
    { layer: 1, map: 5, row: 27, column: 3 },
    { layer: 2, map: 1, row: 13, column: 6 },
    { layer: 3, map: 4, row: 2, column: 9 },
    { layer: 4, map: 15, row: 4, column: 0 },
    { layer: 5, map: 119, row: 0, column: 0 },
    { layer: 6, map: 83, row: 0, column: 0 },
    { layer: 7, map: 7, row: 0, column: 0 },
  ];
  const sizes = [
    [1, 25],
    [1, 4],
    [3, 25],
    [1, 4],
    [16, 25],
    [1, 120],
    [1, 84],
  ];
  units.forEach((unit, at) => {
    const { groups, bias, sum, output } = terms(network, unit);
    assert.deepEqual([groups.length, groups[0].products.length], sizes[at]);
    const total = groups.reduce((so, group) => so + group.total, bias);
    assert.ok(Math.abs(total - sum) < 1e-4, `${unit.layer}: ${total} ${sum}`);
    for (const { values, weights, products } of groups) {
      const made = Array.from(values, (value, index) =>
        at === 6 ? (value - weights[index]) ** 2 : value * weights[index],
      );
      assert.deepEqual(products, Float32Array.from(made));
    }
    const squashed = at === 6 ? sum : 1.7159 * Math.tanh((2 / 3) * sum);
    assert.ok(Math.abs(output - squashed) < 1e-5);
  });
  assert.deepEqual(
    terms(network, units[2]).groups.map(({ map }) => map),
    [0, 4, 5],
  );
  assert.deepEqual(terms(network, units[6]).groups[0].weights, CODES[7]);
});

test("the strongest terms come first, from where they come", () => {
  network.forward(network.prepare(examples[3].pixels));
  const unit = { layer: 4, map: 2, row: 1, column: 3 };
  const found = strongest(network, unit, 5);
  assert.equal(found.length, 4);
  assert.deepEqual(
    found.map(({ product }) => Math.abs(product)),
    found.map(({ product }) => Math.abs(product)).sort((a, b) => b - a),
  );
  for (const { unit: from, product } of found) {
    assert.deepEqual([from.layer, from.map], [3, 2]);
    assert.ok([2, 3].includes(from.row) && [6, 7].includes(from.column));
    const value = network.layers[3].output[(from.row * 10 + from.column) * 16 + 2];
    const { coefficient } = network.layers[4].parameters;
    assert.ok(Math.abs(product - value * coefficient[2]) < 1e-6);
  }
});

test("nothing but the receptive field changes a unit", () => {
  const image = network.prepare(examples[3].pixels);
  const units = [
    { layer: 0, map: 0, row: 5, column: 6, side: 1 },
    { layer: 1, map: 0, row: 3, column: 20, side: 5 },
    { layer: 2, map: 2, row: 9, column: 4, side: 6 },
    { layer: 3, map: 6, row: 9, column: 0, side: 14 },
    { layer: 4, map: 6, row: 2, column: 3, side: 16 },
    { layer: 5, map: 11, row: 0, column: 0, side: 32 },
    { layer: 7, map: 3, row: 0, column: 0, side: 32 },
  ];
  for (const unit of units) {
    const { top, left, side } = receptiveField(network, unit);
    assert.equal(side, unit.side);
    const { shape, output } = network.layers[unit.layer];
    const at = (unit.row * shape[1] + unit.column) * shape[2] + unit.map;
    const changes = (inside) => {
      const changed = image.map((value, pixel) => {
        const [row, column] = [Math.floor(pixel / 32), pixel % 32];
        const within = row >= top && row < top + side && column >= left && column < left + side;
        return within === inside ? value + 0.3 : value;
      });
      network.forward(image);
      const before = output[at];
      network.forward(changed);
      return output[at] !== before;
    };
    assert.ok(changes(true), `${unit.layer}`);
    assert.ok(!changes(false), `${unit.layer}`);
  }
});
