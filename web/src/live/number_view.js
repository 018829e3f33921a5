/** The third level: one number, product by product. */

import { LARGEST, largestOf } from "../common/colors.js";
import { make, say, signed, wantsLessMotion, written } from "../common/page.js";
import { plot } from "../common/plot.js";
import { terms } from "./terms.js";

/** @typedef {import("./terms.js").Unit} Unit */
/** @typedef {import("./terms.js").Group} Group */

/** With more groups than these, one is open at first. */
const OPEN = 6;

/**
 * @param {import("./terms.js").Network} network
 * @param {import("../common/colors.js").Scale} scale
 * @param {Unit} unit
 */
export function numberView(network, scale, unit) {
  const here = network.layers[unit.layer];
  const distance = here.kind === "rbf";
  let now = terms(network, unit);
  const count = now.groups.reduce((sum, { products }) => sum + products.length, 0);
  let added = count;

  const groups = now.groups.map((group, at) => {
    const open = now.groups.length <= OPEN || at === boldest(now.groups);
    const total = make("b");
    const body = make("div", { class: "ll-grids" });
    const element = make("details", { open }, make("summary", {}, `${group.name}: `, total), body);
    /** @type {{update: (group: Group, shown: number) => void} | undefined} */
    let tables;
    const first = now.groups.slice(0, at).reduce((sum, { products }) => sum + products.length, 0);
    const update = () => {
      const group = now.groups[at];
      say(
        total,
        `${group.products.length} ${distance ? "squares" : "products"}, ` +
          `in all ${written(group.total, 4)}`,
      );
      if (!element.open) return;
      tables ??= grids(scale, group, here.name, body);
      tables.update(group, added - first);
    };
    element.addEventListener("toggle", update);
    return { element, update };
  });

  const slider = make("input", {
    type: "range",
    min: "0",
    max: String(count),
    value: String(count),
    input: () => step(Number(slider.value)),
  });
  const so = make("p", { class: "ll-so" });
  const play = make(
    "button",
    { type: "button", hidden: wantsLessMotion(), click: toggle },
    "Add them one by one",
  );
  const curve = make("canvas", {
    class: "lc-plot ll-curve",
    width: 600,
    height: 80,
    "aria-hidden": "true",
  });
  const equation = make("p", { class: "ll-sentence ll-equation" });
  const squashing = make("canvas", {
    class: "lc-plot ll-squashing",
    width: 360,
    height: 140,
    "aria-hidden": "true",
    hidden: distance,
  });

  const element = make(
    "div",
    { class: "ll-inside" },
    make("div", { class: "ll-result ll-so-far" }, equation, squashing),
    make(
      "div",
      { class: "ll-adding" },
      make("label", {}, `${distance ? "Squares" : "Products"} added: `, slider),
      play,
      curve,
      so,
    ),
    ...groups.map((group) => group.element),
  );

  /** @type {ReturnType<typeof setInterval> | undefined} */
  let timer;
  function stop() {
    clearInterval(timer);
    timer = undefined;
    say(play, "Add them one by one");
  }
  function toggle() {
    if (timer !== undefined) return stop();
    if (added === count) step(0);
    say(play, "Pause");
    timer = setInterval(
      () => {
        if (!element.isConnected || added >= count) return stop();
        step(added + 1);
      },
      Math.max(40, 6000 / count),
    );
  }

  /** @param {number} k */
  function step(k) {
    added = k;
    slider.value = String(k);
    update();
  }

  function update() {
    now = terms(network, unit);
    for (const group of groups) group.update();
    const products = now.groups.flatMap((group) => Array.from(group.products));
    let running = 0;
    for (let k = 0; k < added; k++) running += products[k];
    slider.setAttribute("aria-valuetext", `${added} of ${count}, sum ${written(running, 4)}`);
    say(so, `${added} of ${count} added: ${written(running, 4)}`);
    drawSums(products);
    if (!distance) drawSquashing();
    const total = products.reduce((sum, product) => sum + product, 0);
    say(
      equation,
      distance
        ? `The sum of ${count} squares is ${written(now.output, 4)}: ` +
            `the distance of F6 from the code of ${unit.map}.`
        : `The sum of ${count} products is ${written(total, 4)}. ` +
            `With the bias ${signed(now.bias, 4)} it is a = ${written(now.sum, 4)}. ` +
            `Squashed, f(a) = 1.7159 tanh(2/3 · ${written(now.sum, 4)}) = ${written(now.output, 4)}.`,
    );
  }

  /** The running sum, after each product. @param {number[]} products */
  function drawSums(products) {
    const { width, height } = curve;
    const sums = [0];
    for (const product of products) sums.push(sums[sums.length - 1] + product);
    const [low, high] = [Math.min(...sums), Math.max(...sums)];
    const y = (/** @type {number} */ sum) => 6 + ((high - sum) / (high - low || 1)) * (height - 12);
    const x = (/** @type {number} */ k) => 6 + (k / count) * (width - 12);
    const points = sums.slice(0, added + 1).map((sum, k) => [x(k), y(sum)]);
    plot(
      curve,
      [
        [
          [0, y(0)],
          [width, y(0)],
        ],
      ],
      points,
      points[added],
    );
  }

  /** The squashing function, and where on it this unit is. */
  function drawSquashing() {
    const { width, height } = squashing;
    const reach = Math.max(4, Math.abs(now.sum));
    const x = (/** @type {number} */ a) => ((a / reach) * 0.46 + 0.5) * width;
    const y = (/** @type {number} */ value) => (0.5 - (value / LARGEST) * 0.42) * height;
    const points = Array.from({ length: 101 }, (_, step) => {
      const a = (step / 50 - 1) * reach;
      return [x(a), y(LARGEST * Math.tanh((2 / 3) * a))];
    });
    const axes = [
      [
        [0, y(0)],
        [width, y(0)],
      ],
      [
        [x(0), 0],
        [x(0), height],
      ],
    ];
    plot(squashing, axes, points, [x(now.sum), y(now.output)]);
  }

  return { element, update, stop };
}

/** @param {Group[]} groups */
function boldest(groups) {
  const sizes = groups.map(({ total }) => Math.abs(total));
  return sizes.indexOf(Math.max(...sizes));
}

/**
 * Three tables: values, weights, products.
 *
 * @param {import("../common/colors.js").Scale} scale
 * @param {Group} group
 * @param {string} layer
 * @param {HTMLElement} body
 */
function grids(scale, group, layer, body) {
  const { rows, columns, weights } = group;
  /** @type {Record<string, [string, string]>} */
  const special = {
    S2: ["coefficient", "products"],
    S4: ["coefficient", "products"],
    F6: ["weights", "products"],
    output: ["code", "squared differences"],
  };
  const [second, third] = special[layer] ?? ["kernel", "products"];
  const tables = [
    table("values", rows, columns),
    table(second, rows, columns),
    table(third, rows, columns),
  ];
  const signs = layer === "output" ? ["−", "→"] : ["×", "="];
  body.append(
    tables[0].element,
    make("span", { class: "ll-sign", "aria-hidden": "true" }, signs[0]),
    tables[1].element,
    make("span", { class: "ll-sign", "aria-hidden": "true" }, signs[1]),
    tables[2].element,
  );
  const fill = (
    /** @type {number} */ which,
    /** @type {Float32Array} */ numbers,
    /** @type {number} */ largest,
  ) => {
    tables[which].cells.forEach((cell, at) => {
      const text = written(numbers[at]);
      const { background, color } = scale.css(numbers[at], largest);
      say(cell, text);
      cell.style.background = background;
      cell.style.color = color;
    });
  };
  return {
    /** @param {Group} group @param {number} shown how many of its products are added */
    update(group, shown) {
      fill(0, group.values, LARGEST);
      fill(1, weights, layer === "output" ? LARGEST : largestOf(weights));
      fill(2, group.products, largestOf(group.products));
      tables[2].cells.forEach((cell, at) => {
        cell.classList.toggle("ll-later", at >= shown);
        cell.classList.toggle("ll-now", at === shown - 1);
      });
    },
  };
}

/**
 * @param {string} caption
 * @param {number} rows
 * @param {number} columns
 */
function table(caption, rows, columns) {
  /** @type {HTMLElement[]} */
  const cells = [];
  const body = make("tbody");
  for (let row = 0; row < rows; row++) {
    const line = make("tr");
    for (let column = 0; column < columns; column++) {
      const cell = make("td");
      cells.push(cell);
      line.append(cell);
    }
    body.append(line);
  }
  return {
    element: make(
      "table",
      { class: "ll-numbers", style: `--columns: ${columns}` },
      make("caption", {}, caption),
      body,
    ),
    cells,
  };
}
