/** Disturb a test digit, and watch the network of 1998 until it misreads it. */

import { lenet5_1998 } from "../engine.js";
import base from "../common/base.css";
import style from "./disturb.css";
import { Picture, Scale, largestOf } from "../common/colors.js";
import { digitPicker } from "../common/digit_picker.js";
import { unpack } from "../common/examples.js";
import { make, say, speaker, watchTheme, written } from "../common/page.js";
import { disturbed, read, slope } from "./attack.js";
import { attacker } from "./attacker.js";
import { searcher } from "./breaking.js";
import { NONE, SIDE, framed, lots } from "./change.js";
import { KINDS } from "./kinds.js";
import { limits, record } from "./limits.js";
import { bars } from "./penalties.js";
import { slider } from "./slider.js";

export default {
  /**
   * @param {{model: {get: (name: string) => any}, el: HTMLElement}} host
   *   whose model has the network's 16-bit weights under "weights"
   * @returns {Promise<() => void>} what removes the component's listeners
   */
  async render({ model, el }) {
    const network = lenet5_1998(model.get("weights"));
    const examples = await unpack();
    const { element, start, stop } = component(network, examples);
    el.append(make("style", {}, base + style), element);
    start();
    return stop;
  },
};

/**
 * @param {import("../engine.js").Network} network
 * @param {import("../common/examples.js").Example[]} examples
 */
function component(network, examples) {
  const scale = new Scale();
  const speech = speaker();
  const found = record();
  let frame = 0;

  const attack = attacker(() => touched(""));
  /** @type {import("./breaking.js").Situation} */
  const situation = {
    // The first test digit of MNIST, turned nearly as far as it stands.
    ...taken(examples[28]),
    change: { ...NONE, degrees: -20 },
    seed: 1,
    drawn: lots(1),
    attack: attack.settings(),
  };
  // What has been read last, and whether so little has fooled the network for the first time.
  let answer = 0;
  let least = false;

  const before = figure("di-before", "the test digit");
  const difference = figure("di-change");
  const after = figure("di-after", "what it reads now");
  difference.element.append(
    make(
      "p",
      { class: "di-scale" },
      "−",
      make("span", { class: "lc-bar" }, ...scale.ends),
      "+ ink",
    ),
  );
  const big = make("b", { "aria-hidden": "true" });
  const verdict = make("span", {});
  const penalties = bars();
  const table = limits();
  const search = searcher(network, (kind, breaks) => {
    sliders[KINDS.indexOf(kind)].mark(breaks);
    table.mark(kind, breaks);
  });

  const otherNoise = button("Other pixels", () => {
    situation.drawn = lots((situation.seed += 1));
    touched("Other pixels. ");
  });
  const sliders = KINDS.map((kind) =>
    slider(
      kind,
      (value) => {
        situation.change[kind.key] = value;
        touched("");
      },
      ...(kind.key === "noise" ? [otherNoise] : []),
    ),
  );
  const rest = button("Put all at rest", () => {
    situation.change = { ...NONE };
    touched("All at rest. ");
  });

  const root = make(
    "section",
    { class: "lc di", "aria-label": "Disturb a digit" },
    make(
      "div",
      { class: "di-head" },
      make("p", {}, "Disturb a test digit: the network of 1998 reads it all the while."),
      digitPicker(examples, situation.example, choose),
    ),
    make(
      "div",
      { class: "di-body" },
      make(
        "div",
        { class: "di-reading" },
        make("div", { class: "di-pictures" }, before.element, difference.element, after.element),
        make("p", { class: "di-answer" }, big, verdict),
      ),
      make(
        "div",
        { class: "di-controls" },
        make("div", { class: "di-above" }, legend(), rest),
        ...sliders.map((one) => one.element),
        attack.element,
      ),
      penalties.element,
    ),
    table.element,
    speech.element,
  );

  const stopWatching = watchTheme(() => {
    if (scale.read()) paint();
  });

  /** @param {import("../common/examples.js").Example} example */
  function taken(example) {
    attack.aimAt(example.digit);
    return { example, digit: framed(example.pixels) };
  }

  /** @param {import("../common/examples.js").Example} example */
  function choose(example) {
    Object.assign(situation, taken(example));
    touched(`A ${example.digit}, number ${example.number} of the test set. `);
  }

  /**
   * Show what has changed, at the next frame, and say it.
   *
   * @param {string} words to begin with
   */
  function touched(words) {
    situation.attack = attack.settings();
    speech.speak(() => {
      const record = least ? " It is the least that you have fooled it with." : "";
      return `${words}Read as ${answer}, ${rightly()}.${record}`;
    });
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      paint();
    });
  }

  function rightly() {
    const { digit } = situation.example;
    return answer === digit ? "rightly" : `but it is a ${digit}`;
  }

  /** Disturb, read and show. */
  function paint() {
    const { example, digit, change, drawn } = situation;
    read(network, digit);
    const atRest = network.classify();
    const result = disturbed(network, digit, change, drawn, situation.attack);
    const { label, target, divisor } = situation.attack;
    attack.tell(slope(network, result.before, target ?? label, divisor));
    const output = read(network, result.field);
    answer = network.classify();
    penalties.update(output, answer, example.digit);

    const changes = result.field.map((value, pixel) => value - digit[pixel]);
    const largest = largestOf(changes);
    before.picture.paint(digit, 0, 1, 1);
    difference.picture.paint(changes, 0, 1, largest);
    after.picture.paint(result.field, 0, 1, 1);
    const some = largest >= 0.005;
    say(difference.caption, some ? `the change, up to ${written(largest)}` : "no change so far");
    say(big, String(answer));
    say(verdict, `Read as ${answer}, ${rightly()}.`);
    verdict.classList.toggle("di-wrong", answer !== example.digit);

    least = found.note(example, change, atRest, answer);
    table.about(`the ${example.digit}, number ${example.number}`);
    KINDS.forEach((kind, at) => {
      sliders[at].set(change[kind.key]);
      table.own(kind, found.best(example.number, kind));
    });
    search.search({ ...situation, change: { ...change } });
  }

  /**
   * @param {string} style name of a style
   * @param {string} [words]
   */
  function figure(style, words = "") {
    const picture = new Picture(scale, SIDE, SIDE);
    const caption = make("p", {}, words);
    return { picture, caption, element: make("div", { class: style }, picture.element, caption) };
  }

  return {
    element: root,
    /** Draw everything, once the component is in the page and colors can be read. */
    start() {
      scale.read();
      paint();
    },
    stop() {
      stopWatching();
      search.stop();
      cancelAnimationFrame(frame);
      speech.stop();
    },
  };
}

/** What the marks on the sliders mean. */
function legend() {
  return make(
    "ul",
    { class: "di-legend" },
    make("li", {}, make("i", { class: "di-claim" }), "The paper says it reads so far (p. 16)."),
    make(
      "li",
      {},
      make("i", { class: "di-break" }, make("b", {}, "9")),
      "The answer changes here, to a 9, if no other slider moves.",
    ),
  );
}

/**
 * @param {string} text
 * @param {() => void} click
 * @param {Record<string, string>} [attributes]
 * @returns {HTMLButtonElement}
 */
function button(text, click, attributes = {}) {
  return make("button", { type: "button", click, ...attributes }, text);
}
