/** Read a string: a network looks along a strip, and a search finds the likeliest text. */

import base from "../common/base.css";
import style from "./string.css";
import { Picture, Scale } from "../common/colors.js";
import { unpack } from "../common/examples.js";
import { make, say, speaker, watchTheme } from "../common/page.js";
import { chart, percent, runs } from "./chart.js";
import { centersOf, compose, INK } from "./compose.js";
import { cut } from "./cut.js";
import { bestPath, confidence, GRAMMARS, grammarOf } from "./grammar.js";
import { SIDE, stringReader, SYMBOLS } from "./network.js";
import { paper } from "./paper.js";
import { pieceOf } from "./pieces.js";
import { HEIGHT, written } from "./strokes.js";

/** Columns of the strip. Paper at its ends lets every column be in the middle of a window. */
const WIDTH = 144;
const [LEFT, RIGHT] = [15, 17];
const FIRST_MIDDLE = 16 - LEFT;
const [NEAREST, FARTHEST] = [-6, 8];

export default {
  /**
   * @param {{model: {get: (name: string) => any}, el: HTMLElement}} host
   *   whose model has the network's 16-bit weights under "weights"
   * @returns {Promise<() => void>} what removes the component's listeners
   */
  async render({ model, el }) {
    const network = stringReader(model.get("weights"));
    const { element, start, stop } = component(network, await unpack());
    el.append(make("style", {}, base + style), element);
    start();
    return stop;
  },
};

/**
 * @param {import("./network.js").Reader} network
 * @param {import("../common/examples.js").Example[]} examples
 */
function component(network, examples) {
  const scale = new Scale("0", "1");
  // Neither ink nor probabilities are negative: half of the scale is shown.
  scale.element.setAttribute("aria-label", "Color scale: the page's color 0, blue 1.");
  const speech = speaker();
  const along = chart(scale, WIDTH, FIRST_MIDDLE);
  const pad = paper(scale, { began, drew: redraw, ended: () => settle(""), typed });

  /** @type {import("./compose.js").Piece[]} the composed string; empty where a pen has written */
  let pieces = [];
  /** @type {number[]} */
  let centers = [];
  let chosen = -1;
  let gap = 0;
  let kind = "any";
  let frame = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let cutting;
  /** @type {Float32Array} */
  let strip = new Float32Array(SIDE * WIDTH);
  let reading = { text: "", sure: 0, cut: "" };

  /** @type {(name: string, act: () => void, words?: string) => HTMLButtonElement} */
  const button = (name, act, words) =>
    make("button", { type: "button", click: act, "aria-label": words, title: words }, name);

  // The answers
  const text = make("b", { class: "rs-text" });
  const sure = make("span", {});
  const pictures = make("div", { class: "lc-row rs-pieces" });
  const byCutting = make("p", {});
  const chooser = make(
    "select",
    {
      change: () => {
        kind = chooser.value;
        redraw();
        settle(`To be read: ${GRAMMARS[kind].name}`);
      },
    },
    ...Object.entries(GRAMMARS).map(([value, { name }]) => make("option", { value }, name)),
  );
  const seen = make("p", { class: "rs-soft" });

  // Composing
  const note = make("p", { class: "rs-soft rs-said" });
  const chips = make("div", { class: "lc-row", role: "group", "aria-label": "The string" });
  const spacing = make("input", {
    type: "range",
    min: String(NEAREST),
    max: String(FARTHEST),
    value: "0",
    input: () => {
      const before = gap;
      gap = Number(spacing.value);
      if (!arrange()) gap = before;
      showGap();
      redraw();
      settle(inWords(gap));
    },
  });
  const distance = make("span", { class: "rs-distance" });

  const composing = make(
    "div",
    { class: "rs-compose", role: "group", "aria-label": "Set test digits side by side" },
    make("p", {}, "Or set test digits side by side. With the pad in focus you can type them."),
    make(
      "div",
      { class: "rs-keys" },
      ...Array.from(SYMBOLS, (symbol) => button(symbol, () => insert(symbol), `Add ${nameOf(symbol)}`)),
    ),
    make("label", { class: "rs-slider" }, "Space between neighbors ", spacing, distance),
    chips,
    make(
      "div",
      { class: "lc-row", role: "group", "aria-label": "The chosen symbol" },
      button("← Nearer", () => nudge(-1), "Nearer to its left neighbor"),
      button("Farther →", () => nudge(1), "Farther from its left neighbor"),
      button("Another one", exchange, "Another one: the next test digit of this kind"),
      button("Delete", remove, "Delete the chosen symbol"),
    ),
    note,
  );

  const root = make(
    "section",
    { class: "lc rs", "aria-label": "Read a string" },
    make(
      "p",
      {},
      "Write some digits in a row, as close as you like. Nothing is cut: the network looks in " +
        "every second column, and the likeliest path along the strip says what is read.",
    ),
    pad.surface,
    make(
      "div",
      { class: "lc-row" },
      button("Undo", undo, "Undo the last stroke, or delete the chosen symbol"),
      button("Clear", clear),
      make("label", { class: "rs-grammar" }, "To be read: ", chooser),
      button("An example", example),
    ),
    make(
      "div",
      { class: "rs-answers" },
      make("div", { class: "rs-answer" }, make("p", {}, "Read along the strip"), text, sure),
      make("div", { class: "rs-answer" }, byCutting, pictures),
    ),
    along.element,
    make("div", { class: "rs-below" }, seen, scale.element),
    composing,
    speech.element,
  );

  const stopWatching = watchTheme(() => scale.read() && paint());
  const sizes = new ResizeObserver(() => pad.paint());

  // What changes the string

  /** A pen takes the place of a composed string. */
  function began() {
    if (pieces.length) forget();
  }

  function forget() {
    [pieces, centers, chosen] = [[], [], -1];
    pad.strokes.length = 0;
    say(note, "");
    name();
  }

  function undo() {
    if (pieces.length) return remove();
    pad.strokes.pop();
    redraw();
    settle("Last stroke undone");
  }

  function clear() {
    forget();
    redraw();
    settle("Cleared");
  }

  function example() {
    pad.strokes.length = 0;
    pieces = Array.from(GRAMMARS[kind].example, (symbol) => pieceOf(symbol, examples));
    [chosen, gap] = [pieces.length - 1, 0];
    arrange();
    showGap();
    name();
    redraw();
    settle(`Composed: ${spelled(composed())}`);
  }

  /** @param {string} symbol */
  function insert(symbol) {
    const before = [...pieces];
    const [piece, place] = [pieceOf(symbol, examples), chosen + 1];
    pieces = [...pieces.slice(0, place), piece, ...pieces.slice(place)];
    if (arrange()) {
      pad.strokes.length = 0;
      chosen = place;
    } else pieces = before;
    name();
    redraw();
    settle(`Added ${nameOf(symbol)}`);
  }

  function remove() {
    const [piece] = pieces.splice(chosen, 1);
    if (!piece) return speech.speak("There is no test digit to delete.");
    chosen = Math.max(Math.min(0, pieces.length - 1), chosen - 1);
    arrange();
    name();
    redraw();
    settle(`Deleted ${nameOf(piece.symbol)}`);
  }

  /** @param {number} by columns */
  function nudge(by) {
    if (chosen < 1) return speech.speak("Choose a symbol that has a left neighbor.");
    const piece = pieces[chosen];
    piece.nudge += by;
    if (!arrange()) piece.nudge -= by;
    redraw();
    const own = gap + piece.nudge;
    settle(`${nameOf(piece.symbol)} ${by < 0 ? "nearer" : "farther"}: ${inWords(own)}`);
  }

  /** Take the next test digit of the kind. */
  function exchange() {
    const piece = pieces[chosen];
    if (!piece?.pixels || piece.number === null) return speech.speak("Choose a digit.");
    const own = examples.filter(({ digit }) => String(digit) === piece.symbol);
    const which = own.findIndex(({ number }) => number === piece.number) + 1;
    pieces[chosen] = { ...pieceOf(piece.symbol, examples, which), nudge: piece.nudge };
    if (!arrange()) pieces[chosen] = piece;
    redraw();
    settle(`Another ${piece.symbol}, number ${pieces[chosen].number} of the test set`);
  }

  /** @param {number} index */
  function choose(index) {
    chosen = index;
    mark();
    redraw();
    speech.speak(`${nameOf(pieces[index].symbol)}, ${index + 1} of ${pieces.length}`);
  }

  /** @param {string} key @returns {boolean} whether it does anything */
  function typed(key) {
    if (key.length === 1 && SYMBOLS.includes(key)) insert(key);
    else if (key === "Backspace" || key === "Delete") remove();
    else if (!pieces.length) return false;
    else if (key === "ArrowLeft") choose(Math.max(0, chosen - 1));
    else if (key === "ArrowRight") choose(Math.min(pieces.length - 1, chosen + 1));
    else if (key === "-") nudge(-1);
    else if (key === "+") nudge(1);
    else return false;
    return true;
  }

  /** Find where the symbols stand; false, and a sentence, if there is no room for them. */
  function arrange() {
    const found = pieces.length ? centersOf(pieces, gap, WIDTH) : [];
    if (found) centers = found;
    say(note, found ? "" : `There is no room for that: the strip has ${WIDTH} columns.`);
    return found !== null;
  }

  function showGap() {
    spacing.value = String(gap);
    spacing.setAttribute("aria-valuetext", inWords(gap));
    say(distance, inWords(gap));
  }

  const composed = () => pieces.map(({ symbol }) => symbol).join("");

  /** Show the symbols as buttons. */
  function name() {
    const inside = chips.contains(document.activeElement);
    chips.replaceChildren(
      ...pieces.map(({ symbol }, index) =>
        button(symbol, () => choose(index), `${nameOf(symbol)}, ${index + 1} of ${pieces.length}`),
      ),
    );
    mark();
    if (inside) chips.children[chosen]?.focus();
  }

  function mark() {
    [...chips.children].forEach((chip, index) =>
      chip.setAttribute("aria-pressed", String(index === chosen)),
    );
  }

  // What follows from it

  function redraw() {
    if (!frame) {
      frame = requestAnimationFrame(() => {
        frame = 0;
        paint();
      });
    }
  }

  /** Say what is read, when the pen or the key rests. @param {string} words */
  function settle(words) {
    speech.speak(() => {
      const { text, sure, cut: pieces } = reading;
      const said = note.textContent || words;
      const read = text ? `Read: ${spelled(text)}, ${percent(sure)} sure.` : "No ink.";
      return [said && `${said}.`, read, pieces && `Cut first: ${spelled(pieces)}.`].join(" ").trim();
    });
  }

  /** Read the string, and show everything. */
  function paint() {
    let scaled = 1;
    if (pieces.length) strip = compose(pieces, centers, WIDTH);
    else ({ strip, scale: scaled } = written(pad.strokes, WIDTH));
    pad.show(pieces.length ? { strip, width: WIDTH, chosen: centers[chosen] ?? null } : null);
    const wide = LEFT + WIDTH + RIGHT;
    const padded = new Float32Array(SIDE * wide);
    for (let row = 0; row < SIDE; row++) {
      padded.set(strip.subarray(row * WIDTH, (row + 1) * WIDTH), row * wide + LEFT);
    }
    const logs = network.look(padded);
    const grammar = grammarOf(GRAMMARS[kind].parts);
    const path = strip.some((value) => value >= INK) ? bestPath(logs, grammar) : null;
    reading = {
      text: path?.text ?? "",
      sure: path ? confidence(logs, grammar, path.text) : 0,
      cut: "",
    };
    along.update(strip, logs, path?.labels ?? null);
    say(text, reading.text || "?");
    const verdict = reading.text === composed() ? ", and right" : `, but it is ${composed()}`;
    say(sure, path ? `${percent(reading.sure)} sure${pieces.length ? verdict : ""}` : "no ink");
    say(
      seen,
      pieces.length
        ? "The line is the likeliest path. Where a row is blue, its output is likely there."
        : `The strip is what you wrote, scaled as a whole by ${scaled.toFixed(2)}: the network ` +
            `knows digits that are ${HEIGHT} of its ${SIDE} rows high.`,
    );
    clearTimeout(cutting);
    cutting = setTimeout(showCut, 120);
    return path?.labels ?? [];
  }

  /** What comes out if the strip is cut before anything has read it. */
  function showCut() {
    const count = pieces.length || reading.text.length;
    const digitsOnly = kind !== "amount" && !/[.*]/.test(composed());
    if (!reading.text || !digitsOnly) {
      pictures.replaceChildren();
      say(byCutting, digitsOnly ? "Cut first: no ink" : "Cutting first is for digits only");
      return;
    }
    const windows = cut(strip, count);
    const answers = windows.map((window) => network.classify(window));
    reading.cut = answers.join("");
    const verdict = reading.cut === composed() ? ": right" : ": wrong";
    say(byCutting, `Cut first into ${count}, then read${pieces.length ? verdict : ""}`);
    pictures.replaceChildren(
      ...windows.map((window, index) => {
        const picture = new Picture(scale, SIDE, SIDE);
        picture.paint(window, 0, 1, 1);
        return make("div", { class: "rs-piece" }, picture.element, make("b", {}, String(answers[index])));
      }),
    );
  }

  return {
    element: root,
    /** Draw everything, once the component is in the page and colors can be read. */
    start() {
      scale.read();
      example();
      speech.stop(); // what is shown first is in the page already
      const [, second] = runs(paint());
      if (second) along.look(Math.round(second.middle), true);
      showCut();
      sizes.observe(pad.surface);
    },
    stop() {
      stopWatching();
      sizes.disconnect();
      cancelAnimationFrame(frame);
      clearTimeout(cutting);
      speech.stop();
    },
  };
}

/** @param {string} symbol */
const nameOf = (symbol) => ({ ".": "a point", "*": "a star" })[symbol] ?? `a ${symbol}`;

/** Symbol by symbol, for a voice. @param {string} text */
const spelled = (text) =>
  Array.from(text, (symbol) => ({ ".": "point", "*": "star" })[symbol] ?? symbol).join(" ");

/** @param {number} gap columns of paper between neighbors */
function inWords(gap) {
  const columns = `${Math.abs(gap)} column${Math.abs(gap) === 1 ? "" : "s"}`;
  if (gap > 0) return `${columns} of paper`;
  return gap === 0 ? "they touch" : `${columns} shared`;
}
