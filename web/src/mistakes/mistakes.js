/** Mistakes: every test digit that the network of 1998 misreads, and what rejecting would help. */

import { lenet5_1998 } from "../engine.js";
import base from "../common/base.css";
import style from "./mistakes.css";
import { ORDERS, read, TEST_DIGITS, unpack } from "./cases.js";
import { Scale } from "../common/colors.js";
import { confusions } from "./confusions.js";
import { detail } from "./detail.js";
import { make, say, speaker, thousands, watchTheme, written } from "../common/page.js";
import { reject } from "./reject.js";
import { tiles } from "./tiles.js";

/** @typedef {import("./cases.js").Case} Case */

export default {
  /**
   * @param {{model: {get: (name: string) => any}, el: HTMLElement, load: import("../guard.js").Load}} host
   *   whose model has the network's 16-bit weights under "weights"
   * @returns {Promise<() => void>} what removes the component's listeners
   */
  async render({ model, el, load }) {
    const network = lenet5_1998(model.get("weights"));
    const { digits, right } = await unpack(await load("mistakes.bin"));
    const { element, start, stop } = component(read(network, digits), right);
    el.append(make("style", {}, base + style), element);
    start();
    return stop;
  },
};

/**
 * @param {Case[]} cases
 * @param {Float32Array} right margins of right answers
 */
function component(cases, right) {
  const scale = new Scale();
  // Digits are drawn in the color of the text.
  const ink = new Scale();
  ink.element.classList.add("mi-ink");
  ink.element.hidden = true;
  const speech = speaker();

  const order = select("Sort", Object.keys(ORDERS), arrange);
  const digits = ["any", ..."0123456789"];
  const label = select("Label", digits, filter);
  const answer = select("Read as", digits, filter);
  const count = make("p", { class: "mi-count" });
  const grid = tiles(cases, ink, choose);
  const large = detail(scale, ink);
  const table = confusions(cases, scale, press);
  const limits = reject(cases, right, (limit) => {
    grid.reject(limit);
    speech.speak(limits.sentence);
  });
  /** @type {Case} */
  let chosen;

  const root = make(
    "section",
    { class: "lc mi", "aria-label": "Mistakes" },
    make(
      "p",
      {},
      `LeNet-5 of 1998 misreads ${cases.length} of ${thousands(TEST_DIGITS)} test digits: these. ` +
        "4→9 is a 4 read as 9. Choose one, or go through them with the arrow keys.",
    ),
    make(
      "div",
      { class: "mi-body" },
      make(
        "div",
        { class: "mi-tools lc-row" },
        order.element,
        label.element,
        answer.element,
        count,
      ),
      grid.element,
      limits.control,
      large.element,
      limits.figure,
      table.element,
    ),
    ink.element,
    speech.element,
  );

  const stopWatching = watchTheme(() => {
    // Both are read: each has its own colors.
    if ([scale.read(), ink.read()].some(Boolean)) paint();
  });

  /**
   * @param {string} words
   * @param {string[]} options
   * @param {() => void} change
   */
  function select(words, options, change) {
    const field = make("select", { change }, ...options.map((one) => make("option", {}, one)));
    return { field, element: make("label", {}, words, field) };
  }

  /** @param {string} value */
  const digitOf = (value) => (value === "any" ? null : Number(value));

  function arrange() {
    const [ofLabel, asAnswer] = [label, answer].map(({ field }) => digitOf(field.value));
    const wanted = cases
      .filter((one) => ofLabel === null || one.label === ofLabel)
      .filter((one) => asAnswer === null || one.answer === asAnswer)
      .sort(ORDERS[/** @type {keyof ORDERS} */ (order.field.value)]);
    const what = `${ofLabel ?? "any digit"} read as ${asAnswer ?? "any other"}`;
    const all = ofLabel === null && asAnswer === null;
    say(count, all ? `All ${cases.length}` : `${wanted.length} of ${cases.length}: ${what}`);
    grid.show(wanted, `No ${ofLabel} is read as ${asAnswer}.`);
    table.mark(ofLabel, asAnswer);
    if (wanted.length && !wanted.includes(chosen)) show(wanted[0]);
  }

  function filter() {
    arrange();
    speech.speak(() => `${count.textContent}.`);
  }

  /** @param {number} ofLabel @param {number} asAnswer */
  function press(ofLabel, asAnswer) {
    const again = label.field.value === `${ofLabel}` && answer.field.value === `${asAnswer}`;
    label.field.value = again ? "any" : `${ofLabel}`;
    answer.field.value = again ? "any" : `${asAnswer}`;
    filter();
  }

  /** @param {Case} one */
  function show(one) {
    chosen = one;
    grid.mark(one);
    large.show(one);
  }

  /** @param {Case} one */
  function choose(one) {
    show(one);
    const [first, second] = one.ranked;
    const [near, next] = [first, second].map((digit) => written(one.penalties[digit], 1));
    const own = written(one.penalties[one.label], 1);
    speech.speak(
      `Penalty of ${first}: ${near}` +
        (second === one.label ? "" : `, of ${second}: ${next}`) +
        `, of the label ${one.label}: ${own}.`,
    );
  }

  function paint() {
    grid.paint();
    table.paint();
    large.show(chosen);
  }

  return {
    element: root,
    /** Draw everything, once the component is in the page and colors can be read. */
    start() {
      scale.read();
      ink.read();
      grid.reject(0);
      arrange();
      paint();
    },
    stop() {
      stopWatching();
      speech.stop();
    },
  };
}
