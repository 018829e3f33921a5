/** What the network says along the strip, and the best path through it. */

import { Picture } from "../common/colors.js";
import { make, say, written } from "../common/page.js";
import { NOTHING, OUTPUTS, SIDE, STEP, SYMBOLS } from "./network.js";

const SVG = "http://www.w3.org/2000/svg";
const NAMES = [...SYMBOLS, "nothing"];
const WORDS = [...SYMBOLS.slice(0, 10), "a point", "a star", "nothing"];

/** @param {number} share */
export function percent(share) {
  if (share > 0.9995) return "more than 99.9 %";
  return share < 0.0005 ? "less than 0.1 %" : `${(100 * share).toFixed(1)} %`;
}

/**
 * @param {import("../common/colors.js").Scale} scale
 * @param {number} width of the strip that is shown; every second column has a place
 * @param {number} first column of the strip in which the first place has its middle
 */
export function chart(scale, width, first) {
  const places = width / STEP;
  const strip = new Picture(scale, SIDE, width);
  const outputs = new Picture(scale, OUTPUTS, places, "rs-outputs");
  const part = (/** @type {number} */ columns) => `${(100 * columns) / width}%`;

  const lines = document.createElementNS(SVG, "svg");
  lines.setAttribute("viewBox", `0 0 ${places} ${OUTPUTS}`);
  lines.setAttribute("preserveAspectRatio", "none");
  lines.setAttribute("aria-hidden", "true");
  const paths = ["rs-rim", "rs-path"].map((style) => {
    const path = lines.appendChild(document.createElementNS(SVG, "polyline"));
    path.setAttribute("class", style);
    return path;
  });

  const frame = make("span", { class: "rs-frame", style: `width: ${part(SIDE)}` });
  const at = make("span", { class: "rs-at", style: `width: ${part(STEP)}` });
  const read = make("div", { class: "rs-read", "aria-hidden": "true" });
  const values = NAMES.map(() => make("span", { class: "rs-log" }));
  const rows = values.map((value, row) => make("li", {}, make("b", {}, NAMES[row]), " ", value));
  const about = make("p", { class: "rs-about" });
  const slider = make("input", {
    type: "range",
    min: "0",
    max: String(places - 1),
    step: "1",
    input: () => look(Number(slider.value), true),
  });
  const box = make(
    "div",
    { class: "rs-charts" },
    read,
    make("div", { class: "rs-strip" }, strip.element, frame),
    make("div", { class: "rs-grid" }, outputs.element, lines, at),
  );
  for (const kind of ["pointermove", "pointerdown"]) {
    box.addEventListener(kind, (/** @type {PointerEvent} */ event) => {
      const { left, width: wide } = box.getBoundingClientRect();
      const place = Math.floor(((event.clientX - left) / wide) * places);
      look(Math.min(places - 1, Math.max(0, place)));
    });
  }
  const view = make(
    "div",
    { class: "lc-scroll", role: "region", tabindex: "0", "aria-label": "Strip and outputs" },
    box,
  );
  const element = make(
    "div",
    { class: "rs-along" },
    make(
      "div",
      { class: "rs-heads" },
      make(
        "p",
        { class: "rs-note" },
        make("span", {}, "What the network sees"),
        make("span", {}, "log p"),
      ),
      make("ul", { "aria-label": "Logarithm of each output's probability in the window" }, ...rows),
    ),
    view,
    make("label", { class: "rs-slider" }, "Move the window ", slider),
    about,
  );

  /** @type {ArrayLike<number>} */
  let logs = new Float32Array(places * OUTPUTS);
  /** @type {Uint8Array | null} */
  let labels = null;
  let place = 0;

  /**
   * @param {number} to
   * @param {boolean} [follow] whether the strip is scrolled there, where it is wider than its view
   */
  function look(to, follow = false) {
    place = to;
    if (follow) {
      const middle = ((to + 0.5) / places) * box.clientWidth;
      view.scrollLeft = middle - view.clientWidth / 2;
    }
    slider.value = String(to);
    frame.style.left = part(STEP * to + first - SIDE / 2);
    at.style.left = part(STEP * to);
    const own = Array.from(values, (_, output) => logs[to * OUTPUTS + output]);
    own.forEach((log, output) => say(values[output], written(log)));
    const best = own.indexOf(Math.max(...own));
    rows.forEach((row, output) => row.classList.toggle("rs-best", output === best));
    const path = labels ? ` On the path: ${WORDS[labels[to]]}.` : "";
    const sentence =
      `Window ${to + 1} of ${places}, in its middle: ${WORDS[best]}, ` +
      `probability ${percent(Math.exp(own[best]))}.${path}`;
    say(about, sentence);
    slider.setAttribute("aria-valuetext", sentence);
  }

  return {
    element,
    /**
     * @param {Float32Array} ink the strip
     * @param {Float32Array} said 13 logarithms for each place
     * @param {Uint8Array | null} path what stands at each place; null without a reading
     */
    update(ink, said, path) {
      [logs, labels] = [said, path];
      strip.paint(ink, 0, 1, 1);
      const rowsOfOutputs = new Float32Array(logs.length);
      said.forEach((log, index) => {
        const [t, output] = [Math.floor(index / OUTPUTS), index % OUTPUTS];
        rowsOfOutputs[output * places + t] = Math.exp(log);
      });
      outputs.paint(rowsOfOutputs, 0, 1, 1);
      const points = Array.from(path ?? [], (label, t) => `${t + 0.5},${label + 0.5}`).join(" ");
      for (const line of paths) line.setAttribute("points", points);
      read.replaceChildren(
        ...runs(path ?? []).map(({ label, middle }) =>
          make("span", { style: `left: ${part(STEP * (middle + 0.5))}` }, NAMES[label]),
        ),
      );
      look(place);
    },
    look,
  };
}

/**
 * The symbols of a path, with the middle of the places in which each stands.
 *
 * @param {ArrayLike<number>} path
 */
export function runs(path) {
  /** @type {{label: number, middle: number}[]} */
  const found = [];
  for (let start = 0; start < path.length; start++) {
    if (path[start] === NOTHING) continue;
    let end = start;
    while (path[end + 1] === path[start]) end++;
    found.push({ label: path[start], middle: (start + end) / 2 });
    start = end;
  }
  return found;
}
