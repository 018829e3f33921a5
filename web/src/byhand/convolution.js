/** Chapter 03: a kernel slides over a digit, and what it answers becomes a map. */

import base from "../common/base.css";
import style from "./byhand.css";
import { largestOf, Scale } from "../common/colors.js";
import { unpack } from "../common/examples.js";
import { make, say, speaker, thousands, watchTheme, written } from "../common/page.js";
import { adding } from "./adding.js";
import {
  FIELD,
  fieldOf,
  outputSide,
  productsWith,
  rounded,
  slide,
  sumOf,
  windowOf,
} from "./arithmetic.js";
import { board, reachable } from "./board.js";
import { groups, options } from "./choices.js";
import { digitPicker } from "../common/digit_picker.js";
import { kernelEditor } from "./kernel_editor.js";
import { HAND_MADE, learnedFrom } from "./kernels.js";
import { bracketed, numbers } from "./numbers.js";
import { travel } from "./travel.js";

const K = 5;
const OWN = "your own";
/** @param {number} map */
const learnedName = (map) => `C1, map ${map}`;

export default {
  /**
   * @param {{model: {get: (name: string) => any}, el: HTMLElement}} host
   *   whose model may have, under "values", kernels that LeNet-5 has learned: {learned: a list of
   *   25 numbers each}
   * @returns {Promise<() => void>} what removes the component's listeners
   */
  async render({ model, el }) {
    const learned = learnedFrom(model.get("values"));
    const { element, start, stop } = component(learned, await unpack());
    el.append(make("style", {}, base + style), element);
    start();
    return stop;
  },
};

/**
 * @param {number[][]} learned
 * @param {import("../common/examples.js").Example[]} examples
 */
function component(learned, examples) {
  const scale = new Scale("less", "more");
  const speech = speaker();
  /** @type {Record<string, number[]>} */
  const presets = {
    ...HAND_MADE,
    ...Object.fromEntries(learned.map((kernel, map) => [learnedName(map), kernel])),
  };
  const kernel = [...HAND_MADE["left edge"]];
  let digit = examples[16];
  let image = rounded(fieldOf(digit.pixels, 0, 1));
  const window = { k: K, stride: 1, padding: 0 };
  /** The whole map, whether it is shown already or not. */
  let map = new Float64Array();

  const picker = digitPicker(examples, digit, (example) => {
    digit = example;
    image = rounded(fieldOf(digit.pixels, 0, 1));
    compute();
    speech.speak(() => `A ${digit.digit}. ${result()}`);
  });
  const preset = make(
    "select",
    { "aria-label": "Kernel", change: () => take(presets[preset.value] ?? kernel) },
    ...groups({
      "drawn by hand": Object.keys(HAND_MADE),
      "learned by LeNet-5": learned.map((_, map) => learnedName(map)),
    }),
    ...options([OWN]),
  );
  const mirror = make(
    "button",
    {
      type: "button",
      click: () => {
        take([...kernel].reverse());
        preset.value = OWN;
      },
    },
    "Mirror it",
  );
  const setting = (/** @type {"stride" | "padding"} */ name, /** @type {number[]} */ choices) => {
    const select = make(
      "select",
      {
        "aria-label": name,
        change: () => {
          window[name] = Number(select.value);
          compute();
          speech.speak(() => `The map has ${side()} by ${side()} units. ${result()}`);
        },
      },
      ...choices.map((choice) => make("option", {}, String(choice))),
    );
    return make("label", {}, `${name} `, select);
  };

  const editor = kernelEditor(scale, kernel, () => {
    preset.value = OWN;
    compute();
    speech.speak(result);
  });
  const patch = numbers(scale, "window", K);
  const products = numbers(scale, "products", K);
  const sum = make("b", { class: "bh-sum" });
  const forming = adding("Products added ", paint);

  const moves = travel(
    (why) => {
      forming.reset(K * K);
      paint();
      if (why !== "running") speech.speak(result);
    },
    make("button", { type: "button", click: toLargest }, "Largest unit"),
  );
  const source = board(
    scale,
    (row, column) => {
      const unit = (/** @type {number} */ at) => Math.round((at - K / 2) / window.stride);
      moves.go(unit(row), unit(column));
    },
    reachable("a digit", moves.keydown),
  );
  const target = board(scale, (row, column) => moves.go(Math.floor(row), Math.floor(column)));
  const sizeOfImage = make("p", {});
  const sizeOfMap = make("p", {});
  const formula = make("p", { class: "bh-formula" });
  const ends = make("p", {});

  const root = make(
    "section",
    { class: "lc bh", "aria-label": "Convolution by hand" },
    make("p", {}, "Drag the window, or press an arrow: 25 products make one unit of the map."),
    make(
      "div",
      { class: "bh-settings" },
      picker,
      make(
        "div",
        { class: "lc-row" },
        make("label", {}, "kernel ", preset),
        mirror,
        setting("stride", [1, 2, 3]),
        setting("padding", [0, 1, 2]),
      ),
      formula,
    ),
    make(
      "div",
      { class: "bh-boards" },
      make("div", {}, source.element, sizeOfImage),
      make("div", {}, target.element, sizeOfMap),
    ),
    moves.element,
    make(
      "div",
      { class: "bh-product" },
      patch.element,
      make("span", { class: "bh-sign", "aria-hidden": "true" }, "×"),
      editor.element,
      make("span", { class: "bh-sign", "aria-hidden": "true" }, "="),
      products.element,
      make("p", { class: "bh-total" }, "sum ", sum),
    ),
    editor.complaint,
    forming.element,
    make("div", { class: "bh-scales" }, ends, scale.element),
    speech.element,
  );

  const stopWatching = watchTheme(() => {
    if (scale.read()) paint();
  });

  const side = () => outputSide(FIELD, K, window.padding, window.stride);

  /** @param {number[]} wanted */
  function take(wanted) {
    wanted.forEach((weight, at) => (kernel[at] = weight));
    editor.update();
    compute();
    speech.speak(result);
  }

  /** All that depends on digit, kernel, stride or padding; the map is whole again. */
  function compute() {
    map = slide(image, FIELD, window, productsWith(kernel));
    moves.resize(side());
    forming.reset(K * K);
    paint();
  }

  function toLargest() {
    const at = map.indexOf(Math.max(...map));
    moves.go(Math.floor(at / side()), at % side());
  }

  function result() {
    const { row, column } = moves.place();
    return `Row ${row}, column ${column} of the map: ${written(map[row * side() + column])}.`;
  }

  function paint() {
    const { row, column } = moves.place();
    const { stride, padding } = window;
    const values = windowOf(image, FIELD, window, row, column);
    const each = values.map((value, at) => value * kernel[at]);
    const added = forming.added();
    const whole = added === each.length;
    const soFar = sumOf(each.slice(0, added));
    const [ofKernel, ofMap] = [largestOf(kernel), largestOf(map)];

    patch.update(values, 1);
    products.update(each, Math.max(1e-9, ofKernel), added);
    editor.recolor();
    for (const table of [patch, editor, products]) table.mark(whole ? -1 : added - 1);
    say(sum, written(soFar));
    Object.assign(sum.style, scale.css(soFar, ofMap));
    const [at, last] = [added - 1, `Sum so far: ${written(soFar)}.`];
    forming.tell(
      whole
        ? `All 25 products, in all ${written(soFar)}: the unit in row ${row}, column ${column}.`
        : added === 0
          ? `No product yet. ${last}`
          : `Product ${added} of 25: ${written(values[at])} × ${bracketed(kernel[at])} = ` +
            `${written(each[at])}. ${last}`,
    );

    source.update({
      values: image,
      n: FIELD,
      padding,
      largest: 1,
      window: { row: row * stride, column: column * stride, size: K },
    });
    const filled = moves.filled();
    target.update({
      values: map,
      n: side(),
      padding: 0,
      largest: ofMap,
      window: { row, column, size: 1 },
      filled,
    });
    const around = padding ? `, padding ${padding} (zeros)` : "";
    say(sizeOfImage, `Image: ${FIELD}×${FIELD} pixels${around}.`);
    const there = sumOf(filled);
    say(
      sizeOfMap,
      `Map: ${side()}×${side()} units` + (there < filled.length ? `, ${there} computed.` : "."),
    );
    say(
      formula,
      "Side of the map: ⌊(n + 2p − k) / s⌋ + 1 = " +
        `⌊(${FIELD} + 2 × ${padding} − ${K}) / ${stride}⌋ + 1 = ${side()}.\n` +
        `${thousands(map.length)} units of 25 products: ${thousands(25 * map.length)} in all.`,
    );
    say(
      ends,
      "Blue is above 0, orange below, 0 is the color of the page. The scale ends at ±1 for the " +
        `image, ±${written(ofKernel)} for kernel and products, ±${written(ofMap)} for the map.`,
    );
  }

  return {
    element: root,
    /** Draw everything, once the component is in the page and colors can be read. */
    start() {
      scale.read();
      take(kernel);
      toLargest();
      speech.stop();
    },
    stop() {
      stopWatching();
      moves.stop();
      forming.stop();
      speech.stop();
    },
  };
}
