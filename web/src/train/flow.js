/** One picture of both ways: the values that go forward, and the gradients that come back. */

import { largestOf, Picture } from "../common/colors.js";
import { make, say } from "../common/page.js";

/** @typedef {import("../common/colors.js").Scale} Scale */
/** @typedef {import("./networks.js").Network} Network */
/** @typedef {import("./networks.js").Layer} Layer */

/** Sizes of gradients are drawn on a logarithmic scale between these powers of ten. */
const [SMALLEST, LARGEST_POWER] = [-7, 1];

/**
 * @param {Network} network after forward and backward of the digit that is watched
 * @param {Scale} scale
 */
export function flow(network, scale) {
  const rows = network.layers.map((layer) => {
    const forward = shown(layer, scale);
    const backward = shown(layer, scale);
    const [value, gradient] = [sized(), sized()];
    const [height, width, maps] = layer.shape;
    const many = maps > 1 ? `${maps} of ` : "";
    const size = height > 1 ? `${many}${height}×${width}` : `${maps} units`;
    const element = make(
      "tr",
      {},
      make("th", { scope: "row" }, make("b", {}, layer.name), make("span", {}, size)),
      make("td", {}, forward.element, value.element),
      make("td", {}, backward.element, gradient.element),
    );
    return { layer, forward, backward, value, gradient, element };
  });
  const element = make(
    "table",
    { class: "th-flow" },
    make("caption", { class: "lc-unseen" }, "Values and gradients of each layer for one digit"),
    make(
      "thead",
      {},
      make(
        "tr",
        {},
        make("th", { scope: "col" }, "Layer"),
        make("th", { scope: "col" }, "Forward ↓ values"),
        make("th", { scope: "col" }, "Backward ↑ gradients"),
      ),
    ),
    make("tbody", {}, ...rows.map((row) => row.element)),
  );
  return {
    element,
    update() {
      for (const { layer, forward, backward, value, gradient } of rows) {
        forward.mark(network.classify());
        const squashed = layer.kind === "convolution" || layer.kind === "subsampling";
        const largest = largestOf(layer.output);
        forward.paint(layer.output, largest);
        backward.paint(layer.outputGradient, largestOf(layer.outputGradient));
        const [size, back] = [typical(layer.output), typical(layer.outputGradient)];
        value.show(size, size / (squashed ? network.squash[0] : largest));
        gradient.show(back, (Math.log10(back) - SMALLEST) / (LARGEST_POWER - SMALLEST));
      }
    },
  };
}

/**
 * The root of the mean square.
 *
 * @param {ArrayLike<number>} values
 */
export function typical(values) {
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += values[at] ** 2;
  return Math.sqrt(sum / values.length);
}

/**
 * A number of any size with two digits: 0.42, or 3.1·10⁻⁵.
 *
 * @param {number} value
 */
export function short(value) {
  if (value === 0 || !Number.isFinite(value)) return value === 0 ? "0" : "no number";
  if (value >= 0.01) return String(Number(value.toPrecision(value < 100 ? 2 : 3)));
  const [digits, power] = value.toExponential(1).split("e-");
  return `${digits}·10⁻${[...power].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]).join("")}`;
}

/** A bar with its number. */
function sized() {
  const bar = make("i", {});
  const number = make("span", {});
  return {
    element: make("p", { class: "th-size" }, number, make("span", { class: "th-track" }, bar)),
    /** @param {number} value @param {number} share of the bar */
    show(value, share) {
      say(number, short(value));
      bar.style.transform = `scaleX(${Math.max(0, Math.min(1, share || 0)).toFixed(3)})`;
    },
  };
}

/**
 * The maps of a layer, or its units as one picture.
 *
 * @param {Layer} layer
 * @param {Scale} scale
 */
function shown(layer, scale) {
  const [height, width, maps] = layer.shape;
  if (height > 1) {
    const pictures = Array.from({ length: maps }, () => new Picture(scale, height, width));
    return {
      element: make(
        "div",
        { class: `th-maps th-${layer.name}` },
        ...pictures.map((picture) => picture.element),
      ),
      mark: () => {},
      /** @param {Float32Array} values @param {number} largest */
      paint: (values, largest) =>
        pictures.forEach((picture, map) => picture.paint(values, map, maps, largest)),
    };
  }
  const columns = maps === 10 ? 10 : 12;
  const picture = new Picture(scale, maps / columns, columns);
  const digits = Array.from({ length: maps === 10 ? 10 : 0 }, (_, digit) =>
    make("span", {}, String(digit)),
  );
  return {
    element: make(
      "div",
      { class: `th-maps th-${layer.name}` },
      make("div", { class: "th-digits" }, ...digits),
      picture.element,
    ),
    /** @param {number} answer */
    mark: (answer) =>
      digits.forEach((one, digit) => one.classList.toggle("th-read", digit === answer)),
    /** @param {Float32Array} values @param {number} largest */
    paint: (values, largest) => picture.paint(values, 0, 1, largest),
  };
}
