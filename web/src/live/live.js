/** LeNet live: the network of 1998 reads what is drawn while it is drawn. */

import { lenet5_1998 } from "../engine.js";
import base from "../common/base.css";
import style from "./live.css";
import { Scale } from "../common/colors.js";
import { counts } from "./counts.js";
import { unpack } from "../common/examples.js";
import { layerView } from "./layer_view.js";
import { numberView } from "./number_view.js";
import { overview } from "./overview.js";
import { pad } from "./pad.js";
import { make, say, signed, speaker, watchTheme, written } from "../common/page.js";
import { place } from "./place.js";
import { prepare, shrink } from "./preparation.js";
import { steps } from "./steps.js";
import { stops } from "./stops.js";
import { nameOf, receptiveField, shortNameOf, strongest, valueOf } from "./terms.js";
import { tour } from "./tour.js";

/** @typedef {import("./terms.js").Unit} Unit */

const HINT =
  "Point at any value, or go to a map with Tab and the arrow keys, and press it to zoom in.";

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
  const drawing = pad(scale, padChanged);
  let shown = examples[8];
  let asMnist = true;
  let level = 0;
  /** @type {Unit | null} */
  let pointed = null;
  /** @type {Unit} */
  let unit = { layer: 3, map: 0, row: 4, column: 4 };
  /** @type {ReturnType<typeof layerView> | ReturnType<typeof numberView> | null} */
  let zoomed = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let describing;
  let frame = 0;

  const answer = make("p", { class: "ll-answer" });
  const big = make("b", {});
  const reading = make("span", {});
  answer.append(big, reading);

  const preparing = make("input", {
    type: "checkbox",
    checked: true,
    change: () => {
      asMnist = preparing.checked;
      redraw();
      speech.speak(asMnist ? "scaled and centered as in MNIST" : "taken as it is");
    },
  });
  /** @type {HTMLButtonElement[]} */
  const digits = Array.from({ length: 10 }, (_, digit) =>
    make(
      "button",
      { type: "button", "aria-label": `Test digit ${digit}`, click: () => choose(digit) },
      String(digit),
    ),
  );
  const source = make("p", { class: "ll-source" });
  const picker = make(
    "div",
    {
      class: "ll-examples",
      role: "group",
      "aria-label": "Test digits of MNIST; press again for another one",
    },
    make("p", {}, "Or take a test digit (again: another one)"),
    make("div", { class: "lc-row ll-digits" }, ...digits),
    source,
  );

  const about = make("p", { class: "ll-about" }, HINT);
  const preparation = steps(scale, point);
  const whole = overview(network, scale, { point, open: (to) => go(1, to, true) });
  const where = place(network, (to, at) => go(to, at, false));
  const counted = counts();
  const view = make("div", { class: "ll-view" }, whole.element);

  const root = make("section", { class: "lc ll", "aria-label": "LeNet live" });
  const guide = tour(
    stops({
      preparation: () => (go(0, unit, false), preparation.element),
      layer: (layer, map, row, column) => (go(1, { layer, map, row, column }, false), view),
      number: (layer, map, row, column) => (go(2, { layer, map, row, column }, false), view),
      block: (name) => (go(0, unit, false), whole.block(name)),
      counts() {
        go(0, unit, false);
        counted.open = true;
        return counted;
      },
    }),
    root,
  );
  root.append(
    make(
      "div",
      { class: "ll-head" },
      make("p", {}, "The network of 1998. Draw: every layer answers while the pen moves."),
      guide.start,
    ),
    make(
      "div",
      { class: "ll-body" },
      make(
        "div",
        { class: "ll-left" },
        make("div", { class: "ll-paper" }, drawing.surface, answer),
        make(
          "div",
          { class: "ll-controls" },
          drawing.controls,
          picker,
          make("label", { class: "ll-check" }, preparing, "Scale and center as MNIST does"),
        ),
        preparation.element,
      ),
      make("div", { class: "ll-right" }, where.element, about, view, scale.element, counted),
    ),
    guide.element,
    speech.element,
  );
  root.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Escape" && level > 0) go(level - 1, unit, true);
  });

  const stopWatching = watchTheme(recolor);

  function recolor() {
    if (!scale.read()) return;
    if (level > 0) go(level, unit, false);
    redraw();
  }

  /**
   * @param {"stroke" | "end" | "clear" | "change" | "cursor"} what
   * @param {string} [words]
   */
  function padChanged(what, words) {
    if (what === "clear" && !asMnist) {
      // A digit that is drawn next is not one that MNIST has prepared.
      asMnist = preparing.checked = true;
    }
    if (what === "clear" || what === "stroke") say(source, "");
    if (what !== "cursor") redraw();
    if (what === "end") speech.speak(verdict);
    else if (words) speech.speak(what === "cursor" ? words : () => `${words}. ${verdict()}`);
  }

  /** @param {number} digit */
  function choose(digit) {
    const own = examples.filter((one) => one.digit === digit);
    shown = own[(own.indexOf(shown) + 1) % own.length];
    // It has been scaled and centered already; without doing it again, moving it has an effect.
    asMnist = preparing.checked = false;
    drawing.show(shown.pixels);
    say(source, `A ${digit}: number ${shown.number} of MNIST's test set, as it is.`);
    redraw();
    speech.speak(() => `A ${digit}, number ${shown.number} of the test set. ${verdict()}`);
  }

  function verdict() {
    if (preparationNow.box === null) return "No ink.";
    const [best, second] = ranked();
    const { output } = network.layers[7];
    const [near, far] = [output[best], output[second]].map((distance) => written(distance, 1));
    return `Read as ${best}, distance ${near}; next ${second}, ${far}.`;
  }

  function ranked() {
    const { output } = network.layers[7];
    return Array.from(output.keys()).sort((a, b) => output[a] - output[b]);
  }

  let preparationNow = prepare(drawing.pixels);

  /** Everything that depends on the ink, at the next frame. */
  function redraw() {
    if (frame) return;
    frame = requestAnimationFrame(() => {
      frame = 0;
      compute();
      paint();
    });
  }

  function compute() {
    preparationNow = (asMnist ? prepare : shrink)(drawing.pixels);
    network.forward(network.prepare(preparationNow.field));
  }

  function paint() {
    drawing.update(preparationNow.box);
    preparation.update(preparationNow, network.layers[0].output, asMnist);
    if (zoomed) zoomed.update();
    else whole.update();
    const [best, second] = ranked();
    const { output } = network.layers[7];
    const empty = preparationNow.box === null;
    say(big, empty ? "?" : String(best));
    say(
      reading,
      empty
        ? "no ink"
        : `distance ${written(output[best], 1)} from the code of ${best}; ` +
            `next: ${second}, ${written(output[second], 1)}`,
    );
    tell();
    clearTimeout(describing);
    describing = setTimeout(whole.describe, 400);
  }

  /** @param {Unit | null} to */
  function point(to) {
    pointed = to;
    tell();
  }

  /** Say and mark what is known of the unit that is looked at. */
  function tell() {
    const at = pointed ?? (level > 0 ? unit : null);
    if (at === null) {
      say(about, HINT);
      preparation.mark(null);
      whole.mark([]);
      return;
    }
    const field = receptiveField(network, at);
    preparation.mark(field);
    const value = written(valueOf(network, at), network.layers[at.layer].name === "output" ? 1 : 2);
    const name = nameOf(network, at);
    if (at.layer === 0) {
      say(about, `${name}: ${value}`);
      whole.mark([]);
      return;
    }
    const from = strongest(network, at, 5);
    if (level === 0) whole.mark([at, ...from.map((one) => one.unit)]);
    const heard = from
      .slice(0, 3)
      .map((one) => `${shortNameOf(network, one.unit)} ${signed(one.product)}`)
      .join("; ");
    say(
      about,
      `${name}: ${value}. It sees ${field.side}×${field.side} pixels of the input. ` +
        `Strongest: ${heard}.`,
    );
  }

  /**
   * @param {number} to 0 the network, 1 a layer, 2 a number
   * @param {Unit} at
   * @param {boolean} focus whether the keyboard follows
   */
  function go(to, at, focus) {
    if (zoomed && "stop" in zoomed) zoomed.stop();
    const from = level;
    [level, unit, pointed] = [to, at, null];
    zoomed =
      to === 0
        ? null
        : to === 1
          ? layerView(network, scale, at, (chosen) => go(2, chosen, true))
          : numberView(network, scale, at);
    view.replaceChildren(zoomed ? zoomed.element : whole.element);
    where.show(level, unit);
    if (zoomed) zoomed.update();
    else whole.update();
    tell();
    if (focus && to === 0) whole.focus(unit);
    else if (focus) where.focus();
    if (from !== level || to > 0) {
      speech.speak(
        to === 0
          ? "The whole network."
          : `${nameOf(network, at)}: ${written(valueOf(network, at))}.`,
      );
    }
  }

  drawing.show(shown.pixels, true);
  where.show(0, unit);
  return {
    element: root,
    /** Draw everything, once the component is in the page and colors can be read. */
    start() {
      scale.read();
      compute();
      paint();
      whole.describe();
    },
    stop() {
      stopWatching();
      cancelAnimationFrame(frame);
      clearTimeout(describing);
      speech.stop();
    },
  };
}
