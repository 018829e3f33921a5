/** Rewire C3: Table I to press, what it costs, and what the trained network does without a part. */

import { lenet5_1998, TABLE_I } from "../engine.js";
import base from "../common/base.css";
import style from "./rewire.css";
import { Scale } from "../common/colors.js";
import { unpack } from "../common/examples.js";
import { make, say, speaker, thousands, watchTheme, written } from "../common/page.js";
import { cutting } from "./cutting.js";
import { digits } from "./digits.js";
import { grid } from "./grid.js";
import { measured, measurement } from "./measured.js";
import { penalties, penalty } from "./penalties.js";
import { costTable, symmetry, tiles } from "./summary.js";
import { chance, copy, costs, nothing, readBy, readersOf, same } from "./wiring.js";

/** @typedef {import("./wiring.js").Wiring} Wiring */

export default {
  /**
   * @param {{model: {get: (name: string) => any}, el: HTMLElement}} host
   *   whose model has the network's 16-bit weights under "weights", and under "values" what was
   *   measured
   * @returns {Promise<() => void>} what removes the component's listeners
   */
  async render({ model, el }) {
    const network = lenet5_1998(model.get("weights"));
    const known = measurement(model.get("values"));
    const examples = await unpack();
    const { element, start, stop } = component(network, known, examples);
    el.append(make("style", {}, base + style), element);
    start();
    return stop;
  },
};

/**
 * @param {import("../engine.js").Network} network
 * @param {import("./measured.js").Measurement} known
 * @param {import("../common/examples.js").Example[]} examples
 */
function component(network, known, examples) {
  const scale = new Scale();
  const speech = speaker();
  const cut = cutting(
    network,
    examples.map(({ pixels }) => pixels),
  );
  let wiring = copy(TABLE_I);
  let chosen = 20;
  let now = readAll();
  const before = now;
  // Of the digits at hand, those that the whole network reads right, and the others.
  const [easy, hard] = [true, false].map((wanted) =>
    Array.from(examples.keys()).filter((at) => isRight(before, at) === wanted),
  );

  const headline = tiles();
  const table = grid(network, cut, scale, {
    toggle: (source, map) => {
      wiring[source][map] = 1 - wiring[source][map];
      const done = wiring[source][map] ? "reads" : "no longer reads";
      changed(`Map ${map} of C3 ${done} map ${source} of S2.`);
    },
    row: (source) => {
      const cutAll = readersOf(wiring, source).length > 0;
      wiring[source] = TABLE_I[source].map((cell) => (cutAll ? 0 : cell));
      changed(`Map ${source} of S2 is ${cutAll ? "read by none" : "read as in Table I"}.`);
    },
    column: (map) => {
      const cutAll = readBy(wiring, map).length > 0;
      wiring.forEach((row, source) => {
        row[map] = cutAll ? 0 : TABLE_I[source][map];
      });
      changed(`Map ${map} of C3 reads ${cutAll ? "nothing" : "as in Table I"}.`);
    },
  });

  /** @type {{name: string, make: () => Wiring, fixed: Wiring | null}[]} */
  const presets = [
    ...known.wirings.map((one) => ({
      name: one.name,
      make: () => copy(one.wiring),
      fixed: one.wiring,
    })),
    { name: "Sixty at random", make: () => chance(), fixed: null },
    { name: "Nothing", make: nothing, fixed: nothing() },
  ];
  /** @type {HTMLButtonElement[]} */
  const buttons = presets.map((preset) =>
    make(
      "button",
      {
        type: "button",
        click: () => {
          wiring = preset.make();
          changed(`${preset.name}.`);
        },
      },
      preset.name,
    ),
  );

  const cost = costTable();
  const alike = symmetry();
  const errors = measured(known);
  const forty = digits(examples, scale, chosen, (index) => {
    chosen = index;
    show();
    speech.speak(sentence);
  });
  const bars = penalties();
  const answer = make("p", { class: "rw-answer" });
  const score = make("p", {});

  const root = make(
    "section",
    { class: "lc rw", "aria-label": "Rewire C3" },
    make(
      "div",
      { class: "rw-head" },
      make("p", {}, "Table I: which map of C3 reads which map of S2. Rewire it."),
      make("div", { class: "lc-row", role: "group", "aria-label": "Wirings" }, ...buttons),
    ),
    table.element,
    make(
      "div",
      { class: "rw-key" },
      ...[
        ["", `its trained kernel, darkest at ±${written(table.largest)}`],
        ["✕", "cut"],
        ["0", "connected, never trained: its kernel is 0"],
        [" ", "not in Table I"],
      ].map(([mark, words]) =>
        make(
          "span",
          {},
          make("i", { class: mark ? "rw-mark" : "rw-mark rw-kernel", "aria-hidden": "true" }, mark),
          words,
        ),
      ),
      make("span", {}, make("b", {}, "3A"), "maps it reads; one letter, the same maps"),
      scale.element,
    ),
    headline.element,
    make(
      "div",
      { class: "rw-panels" },
      make(
        "section",
        { class: "rw-panel rw-live", "aria-label": "The trained network" },
        make("p", { class: "rw-title" }, "The trained network, cut"),
        answer,
        bars.element,
        score,
        forty.element,
        make(
          "p",
          { class: "rw-small" },
          "A number on a digit: misread as that; filled in, it was read otherwise with Table I. The " +
            "last row was chosen because it is misread: there, any change can only gain. The " +
            "weights are not trained anew, so only cuts have an effect here.",
        ),
      ),
      make("div", { class: "rw-words" }, errors.element, cost.element, alike.element),
    ),
    speech.element,
  );

  function readAll() {
    cut.apply(wiring);
    return examples.map((_, index) => cut.read(index));
  }

  /** @param {import("./cutting.js").Reading[]} readings @param {number} at */
  function isRight(readings, at) {
    return readings[at].answer === examples[at].digit;
  }

  /** @param {number[]} some @returns {number} how many of them are read right */
  const right = (some) => some.filter((at) => isRight(now, at)).length;

  function verdict() {
    const { digit } = examples[chosen];
    const { answer: read, penalties: y } = now[chosen];
    const then = before[chosen];
    const next = Array.from(y.keys()).sort((a, b) => y[a] - y[b])[1];
    return (
      `This ${digit} is read as ${read}: penalty ${penalty(y[read])}, next ${next} with ` +
      `${penalty(y[next])}.` +
      (then.answer === read ? "" : ` With all of Table I it is read as ${then.answer}.`)
    );
  }

  function sentence() {
    return `${verdict()} ${right(easy)} of ${easy.length} digits are still read right.`;
  }

  /** @param {string} what has been done */
  function changed(what) {
    now = readAll();
    update();
    const { c3 } = costs(wiring);
    speech.speak(
      () =>
        `${what} ${thousands(c3.parameters)} parameters, ${thousands(c3.connections)} connections. ` +
        sentence(),
    );
  }

  /** All that depends on the wiring. */
  function update() {
    table.update(wiring);
    headline.update(wiring, `${right(easy)} of ${easy.length}`);
    cost.update(wiring);
    alike.update(wiring);
    errors.update(known.wirings.findIndex((one) => same(one.wiring, wiring)));
    buttons.forEach((button, at) => {
      const { fixed } = presets[at];
      button.setAttribute("aria-pressed", String(fixed !== null && same(fixed, wiring)));
    });
    show();
  }

  /** All that depends on the digit that is looked at. */
  function show() {
    cut.read(chosen);
    table.paint();
    forty.update(now, before, chosen);
    bars.update(now[chosen], before[chosen]);
    say(answer, verdict());
    say(
      score,
      `It still reads ${right(easy)} of the ${easy.length} test digits that it reads right with ` +
        `Table I, and ${right(hard)} of the ${hard.length} that it misreads.`,
    );
  }

  const stopWatching = watchTheme(() => {
    if (!scale.read()) return;
    forty.paint();
    table.paint();
  });

  return {
    element: root,
    /** Draw everything, once the component is in the page and colors can be read. */
    start() {
      scale.read();
      forty.paint();
      update();
    },
    stop() {
      stopWatching();
      speech.stop();
    },
  };
}
