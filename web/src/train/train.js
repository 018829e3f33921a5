/** Train it here: a network learns real digits in the reader's browser. */

import base from "../common/base.css";
import { largestOf, Picture, Scale } from "../common/colors.js";
import { unpack } from "../common/examples.js";
import {
  make,
  say,
  speaker,
  thousands,
  wantsLessMotion,
  watchTheme,
  written,
} from "../common/page.js";
import { choices } from "./choices.js";
import { curve } from "./curves.js";
import { HELD_OUT, LEARNED } from "./digits.js";
import { flow } from "./flow.js";
import { GOOD_RUNS } from "./good_runs.js";
import { NETWORKS, parametersOf, parted, untrained } from "./networks.js";
import { rates } from "./rates.js";
import { startWorker } from "./remote.js";
import style from "./train.css";
import { Training } from "./training.js";
import { trouble } from "./trouble.js";

/** @typedef {import("../common/examples.js").Example} Example */

export default {
  /**
   * @param {{model: {get: (name: string) => any}, el: HTMLElement,
   *   load: (file: string) => Promise<ArrayBuffer>}} host
   * @returns {Promise<() => void>} what ends the component
   */
  async render({ el, load }) {
    const [worker, examples] = await Promise.all([startWorker(), unpack()]);
    const { element, start, stop } = component(worker, examples, load);
    el.append(make("style", {}, base + style), element);
    start();
    return stop;
  },
};

/**
 * @param {Worker} worker
 * @param {Example[]} examples
 * @param {(file: string) => Promise<ArrayBuffer>} load
 */
function component(worker, examples, load) {
  const scale = new Scale("− the largest", "+ the largest");
  const speech = speaker();
  const { element: chooser, settings } = choices(begin);
  const training = new Training(worker, load, changed);
  let watched = examples[16];
  let now = untrainedNow();
  let frame = 0;
  let stopped = false;

  const go = button("", () => {
    if (training.doing === "learns") training.pause();
    else training.learn(settings, training.passEnds);
  });
  go.classList.add("lc-main");
  const step = button("", () => training.learn(settings, training.seen + settings.batch));
  const slider = make("input", {
    type: "range",
    min: "0",
    step: "1",
    input: () => training.rewind(Number(slider.value)),
  });
  const where = make("span", { class: "th-where" });
  const status = make("p", { class: "th-status" });
  const warning = make("p", { class: "th-trouble" });
  const loss = curve("loss", "Loss");
  const error = curve("error", "Wrong answers, %");
  const [before, kernels] = [0, 1].map(() =>
    Array.from({ length: 6 }, () => new Picture(scale, 5, 5)),
  );
  const kernelSize = make("p", { class: "th-note" });
  const watch = make(
    "select",
    {
      change: () => {
        watched = examples[Number(watch.value)];
        redraw();
        speech.speak(verdict);
      },
    },
    ...examples.map(({ digit, number }, at) =>
      make("option", { value: at }, `a ${digit} (test digit ${number})`),
    ),
  );
  watch.value = String(examples.indexOf(watched));
  const answer = make("p", { class: "th-answer" });
  const flowPlace = make("div", {}, now.flow.element);
  const ratesPlace = make("div", {}, now.rates.element);

  const root = make(
    "section",
    { class: "lc th", "aria-label": "Train it here" },
    make(
      "p",
      {},
      `A network with random weights. Run shows it ${thousands(LEARNED)} training digits, once, ` +
        `in your browser. Now and then it is tested on ${HELD_OUT} others, which it never learns.`,
    ),
    chooser,
    make(
      "div",
      { class: "lc-row th-run" },
      go,
      step,
      button("Reset", begin),
      button("Other weights", () => {
        settings.seed += 1;
        begin();
      }),
      make("label", { class: "th-rewind" }, make("span", {}, "Rewind"), slider),
      where,
    ),
    make(
      "p",
      { class: "th-note" },
      "F: values that a unit reads. G: units that read a value. A changed setting begins anew.",
    ),
    status,
    warning,
    make(
      "div",
      { class: "th-body" },
      make(
        "div",
        { class: "th-left" },
        make(
          "p",
          { class: "th-legend" },
          ...[
            ["", "as learned"],
            ["th-dashed", "held-out digits"],
            ["th-dotted", "the same in a good run"],
          ].map(([kind, name]) => make("span", {}, make("i", { class: `th-line ${kind}` }), name)),
        ),
        loss.element,
        error.element,
        make(
          "figure",
          { class: "th-kernels" },
          make("figcaption", {}, "The six kernels of C1: first, and now"),
          ...[before, kernels].map((six) =>
            make("div", { class: "th-six" }, ...six.map(({ element }) => element)),
          ),
          kernelSize,
        ),
      ),
      make(
        "div",
        { class: "th-right" },
        make("label", {}, "Watched digit", watch),
        answer,
        flowPlace,
        make(
          "p",
          { class: "th-note" },
          "Each layer is drawn to its own largest value. Under it stands the typical one (the root " +
            "of the mean square): bars of values end at the largest that the squashing function " +
            "gives, bars of gradients go by powers of ten, from 10⁻⁷ to 10.",
        ),
        scale.element,
      ),
    ),
    ratesPlace,
    speech.element,
  );
  const stopWatching = watchTheme(() => scale.read() && redraw());

  /** @param {string} text @param {() => void} click */
  function button(text, click) {
    return make("button", { type: "button", click }, text);
  }

  /** The network of the settings with its first weights, and what shows it. */
  function untrainedNow() {
    const network = untrained(settings.network, settings.start, settings.seed);
    const parameters = parametersOf(network);
    const { criterion } = NETWORKS[settings.network];
    return {
      network,
      values: parameters.map(({ values }) => values),
      criterion,
      flow: flow(network, scale),
      rates: rates(parameters, settings.optimizer === "sdlm"),
      kernels: network.layers[1].parameters.weights.slice(),
    };
  }

  /** Begin anew, as the settings have it. */
  function begin() {
    training.reset();
    now = untrainedNow();
    flowPlace.replaceChildren(now.flow.element);
    ratesPlace.replaceChildren(now.rates.element);
    redraw();
    speech.speak(() => `Begun anew. ${warning.textContent}`);
  }

  /** @param {import("./training.js").Change} what */
  function changed(what) {
    if (stopped) return;
    if (training.state) parted(training.state.weights, now.values);
    // Who asks for less motion sees the network change where it is tested.
    if (what !== "progress" || !wantsLessMotion()) redraw();
    const last = training.tested[training.tested.length - 1];
    if (what === "tested" && last) {
      speech.speak(`${digits(last.seen)} seen, ${written(last.error, 1)} % wrong.`);
    } else if (what === "loads") speech.speak("The digits are loaded.");
    else if (what !== "progress" && what !== "learns") {
      speech.speak(() => `${where.textContent}. ${status.textContent} ${warning.textContent}`);
    }
  }

  /** Everything, at the next frame. */
  function redraw() {
    if (frame || stopped) return;
    frame = requestAnimationFrame(() => {
      frame = 0;
      paint();
    });
  }

  function paint() {
    const { network, criterion } = now;
    network.forward(network.prepare(watched.pixels));
    network.backward(criterion(network.layers[7].sums, watched.digit).gradient);
    controls();
    const { learned, tested, seen, state } = training;
    say(status, training.problem || report());
    const words = trouble(
      network,
      tested.filter((point) => point.seen <= seen),
    );
    say(warning, words);
    warning.classList.toggle("th-wrong", !words.startsWith("In order"));
    const good = GOOD_RUNS[settings.network];
    loss.update(learned, tested, seen, good);
    error.update(learned, tested, seen, good);
    const { weights } = network.layers[1].parameters;
    const [then, largest] = [largestOf(now.kernels), largestOf(weights)];
    before.forEach((picture, map) => picture.paint(now.kernels, map, 6, then));
    kernels.forEach((picture, map) => picture.paint(weights, map, 6, largest));
    say(kernelSize, `Largest weight: first ${written(then)}, now ${written(largest)}.`);
    say(answer, verdict());
    now.flow.update();
    now.rates.update(settings.rate, state && state.steps > 0 ? state.state : null);
  }

  function controls() {
    const { doing, saved, seen, shown } = training;
    const rests = doing === "rests";
    say(go, doing === "learns" ? "Pause" : doing === "loads" ? "Loading" : seen ? "Run on" : "Run");
    say(step, `Step: ${settings.batch === 1 ? "one digit" : `${settings.batch} digits`}`);
    // Not `disabled`, which would take the focus away.
    go.setAttribute("aria-disabled", String(doing === "loads"));
    step.setAttribute("aria-disabled", String(!rests));
    slider.max = String(Math.max(0, saved.length - 1));
    slider.value = String(shown);
    slider.disabled = !rests || saved.length < 2;
    slider.setAttribute("aria-valuetext", `${digits(seen)} seen`);
    say(where, `${digits(seen)} seen`);
  }

  /** What has been learned last, and the last test, where they belong to what is looked at. */
  function report() {
    const { learned, tested, seen } = training;
    const test = tested.find((point) => point.seen === seen);
    const part = learned.find((point) => point.seen === seen);
    if (!test && !part) return "Untrained: nothing learned yet.";
    const words = [];
    if (part) {
      const last = part.count === 1 ? "The last digit" : `The last ${part.count} digits`;
      words.push(
        `${last}, as learned: loss ${written(part.loss)}, ${written(part.error, 1)} % wrong.`,
      );
    }
    if (test) {
      words.push(
        `The ${HELD_OUT} held-out digits: loss ${written(test.loss)}, ` +
          `${written(test.error, 1)} % wrong.`,
      );
    }
    return words.join(" ");
  }

  function verdict() {
    const read = now.network.classify();
    const { kind, output } = now.network.layers[7];
    const what = kind === "rbf" ? "penalty" : "probability";
    const { digit } = watched;
    return read === digit
      ? `The ${digit} is read as ${read}: right, with the ${what} ${written(output[read], 3)}.`
      : `The ${digit} is read as ${read}: wrong, with the ${what} ${written(output[read], 3)}; ` +
          `that of ${digit} is ${written(output[digit], 3)}.`;
  }

  return {
    element: root,
    /** Draw everything, once the component is in the page and colors can be read. */
    start() {
      scale.read();
      paint();
    },
    stop() {
      stopped = true;
      stopWatching();
      cancelAnimationFrame(frame);
      speech.stop();
      worker.terminate();
    },
  };
}

/** @param {number} count */
const digits = (count) => (count === 1 ? "1 digit" : `${thousands(count)} digits`);
