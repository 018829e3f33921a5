/** Chapter 04: four units become one, by the average, the maximum, or as in LeNet-5. */

import base from "../common/base.css";
import style from "./byhand.css";
import { LARGEST, Scale } from "../common/colors.js";
import { unpack } from "../common/examples.js";
import { make, say, speaker, watchTheme, written } from "../common/page.js";
import { adding } from "./adding.js";
import {
  FIELD,
  fieldOf,
  outputSide,
  productsWith,
  rounded,
  slide,
  squash,
  sumOf,
  windowOf,
} from "./arithmetic.js";
import { board, reachable } from "./board.js";
import { groups } from "./choices.js";
import { digitPicker } from "../common/digit_picker.js";
import { FACING, learnedFrom } from "./kernels.js";
import { KINDS } from "./kinds.js";
import { numbers } from "./numbers.js";
import { parameter } from "./parameter.js";
import { response } from "./response.js";
import { travel } from "./travel.js";

/** @typedef {import("./kernels.js").C1Map} C1Map */

/** Of C1. */
const N = outputSide(FIELD, 5, 0, 1);
const WINDOW = { k: 2, stride: 2, padding: 0 };
const SIDE = outputSide(N, WINDOW.k, 0, WINDOW.stride);
/** @param {number} map */
const learnedName = (map) => `map ${map}`;
/** Chapter 04, "From a blur to a switch". */
/** @type {{name: string, values: [number, number]}[]} */
const PRESETS = [
  { name: "blur", values: [0.05, 0] },
  { name: "in between", values: [0.5, 0] },
  { name: "any of four (OR)", values: [5, 15] },
  { name: "all of four (AND)", values: [5, -15] },
];

export default {
  /**
   * @param {{model: {get: (name: string) => any}, el: HTMLElement}} host
   *   whose model may have, under "values", maps of C1 that LeNet-5 has learned: {learned: a list
   *   of C1Map}
   * @returns {Promise<() => void>} what removes the component's listeners
   */
  async render({ model, el }) {
    const learned = learnedFrom(model.get("values"), ["bias", "coefficient", "offset"]);
    const { element, start, stop } = component(learned, await unpack());
    el.append(make("style", {}, base + style), element);
    start();
    return stop;
  },
};

/**
 * @param {C1Map[]} learned
 * @param {import("../common/examples.js").Example[]} examples
 */
function component(learned, examples) {
  const scale = new Scale();
  const speech = speaker();
  /** @type {Record<string, C1Map>} */
  const maps = {
    ...FACING,
    ...Object.fromEntries(learned.map((map, at) => [learnedName(at), map])),
  };
  let digit = examples[28];
  let kind = KINDS[2];
  let [coefficient, bias] = PRESETS[1].values;
  /** The map of C1, and what becomes of it. */
  let [before, after] = [new Float64Array(), new Float64Array()];

  const picker = digitPicker(examples, digit, (example) => {
    digit = example;
    compute();
    speech.speak(() => `A ${digit.digit}. ${result()}`);
  });
  const choice = make(
    "select",
    {
      "aria-label": "Map of C1",
      change: () => {
        compute();
        speech.speak(result);
      },
    },
    ...groups({
      "made by hand, to find": Object.keys(FACING),
      "learned by LeNet-5": learned.map((_, map) => learnedName(map)),
    }),
  );
  /** @type {HTMLButtonElement[]} */
  const kinds = KINDS.map((one) =>
    make(
      "button",
      {
        type: "button",
        click: () => {
          kind = one;
          compute();
          speech.speak(() => `${kind.name}. ${result()}`);
        },
      },
      one.name,
    ),
  );

  const parameters = {
    coefficient: parameter("coefficient w", 8, 0.05, (value) => set(value, bias)),
    bias: parameter("bias b", 20, 0.5, (value) => set(coefficient, value)),
  };
  const asLearned = make(
    "button",
    {
      type: "button",
      click: () => {
        const { coefficient: w = 0, offset: b = 0 } = maps[choice.value];
        set(w, b);
      },
    },
    "as learned",
  );
  /** @type {HTMLButtonElement[]} */
  const presets = PRESETS.map(({ name, values }) =>
    make("button", { type: "button", click: () => set(...values) }, name),
  );
  const curve = response();
  const trainable = make(
    "div",
    { class: "bh-trainable" },
    parameters.coefficient.element,
    parameters.bias.element,
    make(
      "div",
      { class: "lc-row", role: "group", "aria-label": "Coefficient and bias" },
      ...presets,
      asLearned,
    ),
  );

  const four = numbers(scale, "window", WINDOW.k);
  const lines = make("p", { class: "bh-lines" });
  const unit = make("b", { class: "bh-sum" });
  const forming = adding("Steps done ", paint);
  const moves = travel((why) => {
    restart();
    paint();
    if (why !== "running") speech.speak(result);
  });
  const source = board(
    scale,
    (row, column) => moves.go(Math.floor(row / WINDOW.stride), Math.floor(column / WINDOW.stride)),
    reachable("a map", moves.keydown),
  );
  source.element.classList.add("bh-cut");
  const target = board(scale, (row, column) => moves.go(Math.floor(row), Math.floor(column)));
  const sizeOfMap = make("p", {});

  const root = make(
    "section",
    { class: "lc bh", "aria-label": "Subsampling by hand" },
    make("p", {}, "Drag the window, or press an arrow: four units of a map become one."),
    make(
      "div",
      { class: "bh-settings" },
      picker,
      make(
        "div",
        { class: "lc-row bh-choices" },
        make("label", {}, "map of C1 ", choice),
        make("div", { class: "lc-row", role: "group", "aria-label": "Subsampling" }, ...kinds),
      ),
    ),
    trainable,
    make(
      "div",
      { class: "bh-boards" },
      make("div", {}, source.element, make("p", {}, `A map of C1: ${N}×${N} units.`)),
      make("div", {}, target.element, sizeOfMap),
    ),
    moves.element,
    make(
      "div",
      { class: "bh-four" },
      four.element,
      make("div", {}, lines, make("p", { class: "bh-total" }, "unit ", unit)),
      curve.element,
    ),
    forming.element,
    make("div", { class: "bh-scales" }, scale.element),
    speech.element,
  );

  const stopWatching = watchTheme(() => {
    if (scale.read()) paint();
  });

  /** @param {number} w @param {number} b */
  function set(w, b) {
    [coefficient, bias] = [w, b];
    compute();
    speech.speak(() => `Coefficient ${written(w)}, bias ${written(b)}. ${result()}`);
  }

  /** All that depends on anything but the window; the map is whole again. */
  function compute() {
    const { kernel, bias: offset } = maps[choice.value];
    const field = fieldOf(digit.pixels, -0.1, 1.175);
    const sums = productsWith(kernel);
    before = rounded(
      slide(field, FIELD, { k: 5, stride: 1, padding: 0 }, (values) =>
        squash(sums(values) + offset),
      ),
    );
    const { form, steps } = kind;
    after = slide(before, N, WINDOW, (values) => form(values, steps, coefficient, bias).value);
    moves.resize(SIDE);
    restart();
    paint();
  }

  function restart() {
    forming.reset(kind.steps);
  }

  /** Where the four differ most. */
  function toMixed() {
    const spread = slide(before, N, WINDOW, (values) => Math.max(...values) - Math.min(...values));
    const at = spread.indexOf(Math.max(...spread));
    moves.go(Math.floor(at / SIDE), at % SIDE);
  }

  function result() {
    const { row, column } = moves.place();
    return `Row ${row}, column ${column} of the map: ${written(after[row * SIDE + column])}.`;
  }

  function paint() {
    const { row, column } = moves.place();
    const values = windowOf(before, N, WINDOW, row, column);
    const done = forming.added();
    const formed = kind.form(values, done, coefficient, bias);

    four.update(values, LARGEST);
    four.mark(done <= values.length && done < kind.steps ? done - 1 : -1);
    say(lines, formed.lines.join("\n"));
    say(unit, written(formed.value));
    Object.assign(unit.style, scale.css(formed.value, LARGEST));
    forming.tell(
      done === kind.steps
        ? `All ${done} steps: the unit in row ${row}, column ${column} is ${written(formed.value)}.`
        : `${done} of ${kind.steps} steps, so far ${written(formed.value)}.`,
    );

    source.update({
      values: before,
      n: N,
      padding: 0,
      largest: LARGEST,
      window: { row: 2 * row, column: 2 * column, size: 2 },
    });
    const filled = moves.filled();
    target.update({
      values: after,
      n: SIDE,
      padding: 0,
      largest: LARGEST,
      window: { row, column, size: 1 },
      filled,
    });
    const there = sumOf(filled);
    say(
      sizeOfMap,
      `Subsampled: ${SIDE}×${SIDE} units` + (there < filled.length ? `, ${there} computed.` : "."),
    );

    const own = kind === KINDS[2];
    trainable.hidden = curve.element.hidden = !own;
    kinds.forEach((button, at) => button.setAttribute("aria-pressed", String(KINDS[at] === kind)));
    if (!own) return;
    parameters.coefficient.show(coefficient);
    parameters.bias.show(bias);
    const { coefficient: w, offset: b } = maps[choice.value];
    asLearned.hidden = w === undefined;
    const chosen = (/** @type {number | undefined} */ w, /** @type {number | undefined} */ b) =>
      String(w === coefficient && b === bias);
    presets.forEach((button, at) => {
      button.setAttribute("aria-pressed", chosen(...PRESETS[at].values));
    });
    asLearned.setAttribute("aria-pressed", chosen(w, b));
    curve.update(coefficient, bias, sumOf(values));
  }

  return {
    element: root,
    /** Draw everything, once the component is in the page and colors can be read. */
    start() {
      scale.read();
      compute();
      toMixed();
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
