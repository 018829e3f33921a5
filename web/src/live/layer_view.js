/** The second level: one map with all that feeds it. */

import { CODES, TABLE_I } from "../engine.js";
import { LARGEST, Picture, largestOf } from "../common/colors.js";
import { make, say, signed, written } from "../common/page.js";
import { terms } from "./terms.js";

/** @typedef {import("./terms.js").Unit} Unit */

/**
 * @param {import("./terms.js").Network} network
 * @param {import("../common/colors.js").Scale} scale
 * @param {Unit} unit whose map is shown
 * @param {(unit: Unit) => void} choose is called with a unit of the map that was pressed
 */
export function layerView(network, scale, unit, choose) {
  const here = network.layers[unit.layer];
  const below = network.layers[unit.layer - 1];
  const parts = here.shape[0] === 1 ? flat() : deep();
  const element = make(
    "div",
    { class: "ll-inside" },
    make("p", {}, explain(here.name, unit)),
    ...(here.name === "C3" ? [tableI(unit.map)] : []),
    parts.element,
  );
  return { element, update: parts.update };

  /** Maps from maps: what each map read adds to the sums of this one. */
  function deep() {
    const [height, width, maps] = here.shape;
    const kernels = terms(network, unit).groups;
    // Of a coefficient there is only one, so a scale of its own would say nothing.
    const largest = here.parameters.coefficient
      ? LARGEST
      : largestOf(kernels.map(({ weights }) => largestOf(weights)));
    const cards = here.reads[unit.map].map((map, at) => {
      const source = new Picture(scale, below.shape[0], below.shape[1]);
      const kernel = new Picture(scale, here.size, here.size);
      const part = new Picture(scale, height, width);
      kernel.paint(kernels[at].weights, 0, 1, largest);
      const name = below.name === "input" ? "input" : `${below.name} map ${map}`;
      const weights = here.parameters.coefficient
        ? `× coefficient ${written(here.parameters.coefficient[unit.map])}`
        : "× kernel";
      const element = card(
        [source, name],
        [kernel, weights],
        [part, here.parameters.coefficient ? "= sum of 4, scaled" : "= its part of the sums"],
      );
      return { map, source, part, element };
    });
    const total = new Picture(scale, height, width, "ll-big");
    const after = new Picture(scale, height, width, "ll-big");
    const chosen = make("span", { class: "ll-mark ll-own" });
    chosen.style.left = `${(100 * unit.column) / width}%`;
    chosen.style.top = `${(100 * unit.row) / height}%`;
    chosen.style.width = `${100 / width}%`;
    chosen.style.height = `${100 / height}%`;
    const press = pressed(after, chosen, height, width, (row, column) => ({
      ...unit,
      row,
      column,
    }));
    const sums = make("p");
    const scales = make("p", { class: "ll-sentence" });
    const bias = here.parameters.bias[unit.map];
    const element = make(
      "div",
      {},
      make("div", { class: "ll-cards" }, ...cards.map((one) => one.element)),
      make(
        "div",
        { class: "ll-result" },
        make("div", { class: "ll-figure" }, total.element, sums),
        make(
          "div",
          { class: "ll-figure" },
          press,
          make(
            "p",
            {},
            `${here.name} map ${unit.map} = f(sums). Press a value to see it computed.`,
          ),
        ),
      ),
      scales,
    );
    const contributions = cards.map(() => new Float32Array(height * width));

    function update() {
      cards.forEach(({ map, source }, at) => {
        source.paint(below.output, map, below.shape[2]);
        contribute(map, contributions[at]);
      });
      // One scale for the parts and their sum, so that they can be compared.
      const own = here.sums.filter((_, at) => at % maps === unit.map);
      const end = largestOf([own, ...contributions].map(largestOf));
      cards.forEach(({ part }, at) => part.paint(contributions[at], 0, 1, end));
      total.paint(own, 0, 1, end);
      say(scales, ends(here.parameters.coefficient ? "the coefficient" : "kernels", largest, end));
      after.paint(here.output, unit.map, maps);
      say(
        sums,
        `Sums: ${cards.length === 1 ? "the part" : `${cards.length} parts`} ` +
          `and the bias ${signed(bias)}`,
      );
    }

    /** @param {number} map @param {Float32Array} result */
    function contribute(map, result) {
      const { weights, coefficient } = here.parameters;
      const [, across, channels] = below.shape;
      for (let row = 0; row < height; row++) {
        for (let column = 0; column < width; column++) {
          let sum = 0;
          for (let r = 0; r < here.size; r++) {
            for (let c = 0; c < here.size; c++) {
              const from = (row * here.stride + r) * across + column * here.stride + c;
              const weight = coefficient
                ? coefficient[unit.map]
                : weights[((r * here.size + c) * channels + map) * maps + unit.map];
              sum += below.output[from * channels + map] * weight;
            }
          }
          result[row * width + column] = sum;
        }
      }
    }
    return { element, update };
  }

  /** A single unit, from maps (C5) or from all units of the layer below. */
  function flat() {
    const groups = terms(network, unit).groups;
    const largest =
      here.kind === "rbf" ? LARGEST : largestOf(groups.map(({ weights }) => largestOf(weights)));
    const cards = groups.map(({ name, rows, columns, weights }) => {
      const source = new Picture(scale, rows, columns);
      const kernel = new Picture(scale, rows, columns);
      const part = new Picture(scale, rows, columns);
      kernel.paint(weights, 0, 1, largest);
      const total = make("span");
      const element = card(
        [source, name],
        [kernel, here.kind === "rbf" ? `− code of ${unit.map}` : "× weights"],
        [part, here.kind === "rbf" ? "squared:" : "products:", total],
      );
      return { source, part, total, element };
    });
    const result = make("p", { class: "ll-sentence" });
    const scales = make("p", { class: "ll-sentence" });
    const press = make(
      "button",
      { type: "button", click: () => choose(unit) },
      here.kind === "rbf" ? "See every square" : "See every product of this unit",
    );
    const element = make(
      "div",
      {},
      make(
        "div",
        { class: `ll-cards${cards.length > 1 ? " ll-many" : " ll-one"}` },
        ...cards.map((one) => one.element),
      ),
      result,
      press,
      scales,
    );

    function update() {
      const { groups, bias, sum, output } = terms(network, unit);
      const end = largestOf(groups.map(({ products }) => largestOf(products)));
      say(scales, ends(here.kind === "rbf" ? "the code" : "weights", largest, end));
      groups.forEach(({ values, products, total }, at) => {
        cards[at].source.paint(values);
        cards[at].part.paint(products, 0, 1, end);
        say(cards[at].total, written(total));
      });
      say(
        result,
        here.kind === "rbf"
          ? `The 84 squares add up to the distance ${written(output)} from the code of ${unit.map}.`
          : `${groups.length === 1 ? "The products" : "All parts"} and the bias ${signed(bias)} ` +
              `add up to ${written(sum)}; squashed, ${written(output)}.`,
      );
    }
    return { element, update };
  }

  /**
   * @param {Picture} picture
   * @param {HTMLElement} chosen
   * @param {number} rows
   * @param {number} columns
   * @param {(row: number, column: number) => Unit} at
   */
  function pressed(picture, chosen, rows, columns, at) {
    const button = make(
      "button",
      {
        type: "button",
        class: "ll-map",
        "aria-label": `Compute row ${unit.row}, column ${unit.column}`,
      },
      picture.element,
      chosen,
    );
    button.addEventListener("click", (/** @type {PointerEvent} */ event) => {
      if (event.detail === 0) return choose(unit);
      const frame = picture.element.getBoundingClientRect();
      const limit = (/** @type {number} */ part, /** @type {number} */ count) =>
        Math.min(count - 1, Math.max(0, Math.floor(part * count)));
      choose(
        at(
          limit((event.clientY - frame.top) / frame.height, rows),
          limit((event.clientX - frame.left) / frame.width, columns),
        ),
      );
    });
    return button;
  }
}

/**
 * @param {string} what
 * @param {number} largest
 * @param {number} end
 */
const ends = (what, largest, end) =>
  `The color scale ends at ±${written(LARGEST)} for maps, ±${written(largest)} for ${what} ` +
  `and ±${written(end)} for what comes of them.`;

/** @param {...[Picture, string, Node?]} parts picture, caption and what follows it */
function card(...parts) {
  return make(
    "div",
    { class: "ll-card" },
    ...parts.map(([picture, words, more]) =>
      make(
        "div",
        { class: "ll-figure" },
        picture.element,
        make("p", {}, words, ...(more ? [" ", more] : [])),
      ),
    ),
  );
}

/**
 * @param {string} name
 * @param {Unit} unit
 */
function explain(name, { map }) {
  const reads = TABLE_I.map((row, s2) => (row[map] ? s2 : -1)).filter((s2) => s2 >= 0);
  /** @type {Record<string, () => string>} */
  const words = {
    C1: () =>
      `A kernel of 25 weights slides over the input; map ${map} is what it finds at each ` +
      "of 28×28 places.",
    S2: () => "Each 2×2 square of the map in C1 is added up, times one coefficient, plus one bias.",
    C3: () =>
      `Map ${map} reads the maps ${reads.slice(0, -1).join(", ")} and ${reads.slice(-1)} of S2, ` +
      "each with a kernel of its own. Which ones is laid down in Table I of the paper:",
    S4: () => "Each 2×2 square of the map in C3 is added up, times one coefficient, plus one bias.",
    C5: () => `Unit ${map} reads all 16 maps of S4 whole: 16 kernels of 25 weights, one place.`,
    F6: () =>
      `Unit ${map} reads all 120 units of C5. It is pixel ${map % 7} in row ` +
      `${Math.floor(map / 7)} of the bitmap.`,
    output: () =>
      `F6 is a bitmap of 7×12. Its distance from the code of ${map} is the sum of 84 squared ` +
      `differences (${CODES[map].filter((pixel) => pixel > 0).length} pixels of the code are ink).`,
  };
  return words[name]();
}

/** @param {number} map the column of Table I that is lit */
function tableI(map) {
  const head = make(
    "tr",
    {},
    make("td"),
    ...TABLE_I[0].map((_, c3) =>
      make("th", { scope: "col", class: c3 === map && "ll-lit" }, String(c3)),
    ),
  );
  const rows = TABLE_I.map((row, s2) =>
    make(
      "tr",
      {},
      make("th", { scope: "row" }, String(s2)),
      ...row.map((reads, c3) => make("td", { class: c3 === map && "ll-lit" }, reads ? "×" : "")),
    ),
  );
  return make(
    "div",
    { class: "lc-scroll", role: "region", tabindex: "0", "aria-label": "Table I" },
    make(
      "table",
      { class: "ll-table-i" },
      make("caption", {}, "Table I: rows are maps of S2, columns maps of C3"),
      make("tbody", {}, head, ...rows),
    ),
  );
}
