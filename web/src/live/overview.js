/** The first level: the whole network, every map of every layer. */

import { CODES, COUNTS } from "../engine.js";
import { Picture } from "../common/colors.js";
import { make, say, thousands, written } from "../common/page.js";
import { grid, nameOf, valueOf } from "./terms.js";

/** @typedef {import("./terms.js").Unit} Unit */

/** How the layers say what they are. */
export const KINDS = {
  C1: "kernels of 5×5",
  S2: "squares of 2×2 added up",
  C3: "kernels of 5×5, wired by Table I",
  S4: "squares of 2×2 added up",
  C5: "kernels of 5×5 on all maps",
  F6: "each reads all of C5",
  output: "distances of F6 from the codes",
};

/**
 * @param {import("./terms.js").Network} network
 * @param {import("../common/colors.js").Scale} scale
 * @param {{point: (unit: Unit | null) => void, open: (unit: Unit) => void}} does
 *   what happens where the reader points at a unit, and where one is opened
 */
export function overview(network, scale, does) {
  const layers = network.layers.slice(1).map((layer, before) => {
    const index = before + 1;
    const cards = layer.name === "output" ? codes(layer, index) : maps(layer, index);
    const [height, width, count] = layer.shape;
    const counts = COUNTS[before];
    const size =
      height === 1
        ? `${count} ${index === 7 ? "outputs" : "units"}`
        : `${count} maps of ${height}×${width}`;
    const label = `${layer.name}: ${size}, ${KINDS[/** @type {keyof KINDS} */ (layer.name)]}`;
    const group = make(
      "div",
      { class: `ll-maps ll-${layer.name}`, role: "group", "aria-label": label },
      ...cards.map(({ button }) => button),
    );
    const element = make(
      "div",
      { class: `ll-layer ll-layer-${layer.name}` },
      make(
        "p",
        { class: "ll-label" },
        make("b", {}, layer.name === "output" ? "Output" : layer.name),
        ` ${size}`,
        make("span", { class: "ll-kind" }, ` ${KINDS[/** @type {keyof KINDS} */ (layer.name)]}`),
        make(
          "span",
          { class: "ll-count" },
          `${thousands(counts.parameters)} parameters, ` +
            `${thousands(counts.connections)} connections`,
        ),
      ),
      group,
    );
    return { layer, index, cards, element };
  });
  const element = make(
    "div",
    {
      class: "ll-network",
      role: "group",
      "aria-label": "The network: arrow keys move between maps, Enter opens one",
    },
    ...layers.map((one) => one.element),
  );

  /** @param {import("./terms.js").Layer} layer @param {number} index */
  function maps(layer, index) {
    const { rows, columns, pictures } = grid(layer);
    return Array.from({ length: pictures }, (_, map) => {
      const picture = new Picture(scale, rows, columns);
      const button = make("button", { type: "button", class: "ll-map" }, picture.element);
      /** @param {PointerEvent} event */
      const under = (event) => {
        const frame = picture.element.getBoundingClientRect();
        const row = Math.floor(((event.clientY - frame.top) / frame.height) * rows);
        const column = Math.floor(((event.clientX - frame.left) / frame.width) * columns);
        if (row < 0 || column < 0 || row >= rows || column >= columns) return null;
        return pictures === 1
          ? { layer: index, map: row * columns + column, row: 0, column: 0 }
          : { layer: index, map, row, column };
      };
      button.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => {
        does.point(under(event));
      });
      button.addEventListener("click", (/** @type {PointerEvent} */ event) => {
        // Keys click too, and have no place.
        does.open((event.detail > 0 && under(event)) || boldest(index, map));
      });
      button.addEventListener("focus", () => {
        if (button.matches(":focus-visible")) does.point(boldest(index, map));
      });
      const paint =
        pictures === 1
          ? () => picture.paint(layer.output)
          : () => picture.paint(layer.output, map, pictures);
      return { button, picture, paint, frame: button };
    });
  }

  /** @param {import("./terms.js").Layer} layer @param {number} index */
  function codes(layer, index) {
    const f6 = network.layers[index - 1];
    const squares = new Float32Array(84);
    return CODES.map((code, digit) => {
      const ideal = new Picture(scale, 12, 7);
      const off = new Picture(scale, 12, 7);
      const distance = make("span", { class: "ll-distance" });
      const bar = make("span", { class: "ll-level" });
      const button = make(
        "button",
        { type: "button", class: "ll-code" },
        make("b", {}, String(digit)),
        make("span", { class: "ll-pair" }, ideal.element, off.element),
        distance,
        make("span", { class: "ll-track" }, bar),
      );
      const unit = { layer: index, map: digit, row: 0, column: 0 };
      button.addEventListener("pointermove", () => does.point(unit));
      button.addEventListener("click", () => does.open(unit));
      button.addEventListener("focus", () => {
        if (button.matches(":focus-visible")) does.point(unit);
      });
      const paint = () => {
        for (let at = 0; at < 84; at++) squares[at] = (f6.output[at] - code[at]) ** 2;
        ideal.paint(code);
        // Two units of opposite sign lie up to (2 x 1.7159)^2 apart, mostly about 4.
        off.paint(squares, 0, 1, 4);
        const y = layer.output[digit];
        say(distance, written(y, 1));
        bar.style.transform = `scaleX(${Math.min(1, y / 200).toFixed(3)})`;
        button.classList.toggle("ll-best", digit === network.classify());
      };
      return { button, picture: off, paint, frame: button };
    });
  }

  /**
   * The unit of a map with the largest value in size: where a reader without a pointer begins.
   *
   * @param {number} index
   * @param {number} map
   * @returns {Unit}
   */
  function boldest(index, map) {
    const layer = network.layers[index];
    const [height, width, count] = layer.shape;
    const single = height === 1;
    let best = { layer: index, map: single ? 0 : map, row: 0, column: 0 };
    let size = -1;
    for (let at = single ? 0 : map; at < layer.output.length; at += single ? 1 : count) {
      if (Math.abs(layer.output[at]) <= size) continue;
      size = Math.abs(layer.output[at]);
      const place = Math.floor(at / count);
      best = {
        layer: index,
        map: at % count,
        row: Math.floor(place / width),
        column: place % width,
      };
    }
    return best;
  }

  // One stop for the Tab key in each layer; the arrow keys do the rest.
  for (const { cards } of layers) {
    cards.forEach(({ button }, at) => button.setAttribute("tabindex", at === 0 ? "0" : "-1"));
  }
  element.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    const at = layers.findIndex(({ cards }) => cards.some(({ button }) => button === event.target));
    if (at < 0) return;
    const buttons = layers[at].cards.map(({ button }) => button);
    const now = buttons.indexOf(event.target);
    /** @type {Record<string, () => HTMLElement | undefined>} */
    const to = {
      ArrowRight: () => buttons[now + 1],
      ArrowLeft: () => buttons[now - 1],
      Home: () => buttons[0],
      End: () => buttons[buttons.length - 1],
      ArrowDown: () => beside(at + 1, now / buttons.length),
      ArrowUp: () => beside(at - 1, now / buttons.length),
    };
    const next = to[event.key]?.();
    if (!to[event.key]) return;
    event.preventDefault();
    if (next) focus(next);
  });

  /** @param {number} at @param {number} part from 0 to 1 along the layer */
  const beside = (at, part) => {
    const cards = layers[at]?.cards;
    return cards?.[Math.floor(part * cards.length)].button;
  };

  /** @param {HTMLElement} button */
  function focus(button) {
    const layer = layers.find(({ cards }) => cards.some((card) => card.button === button));
    layer?.cards.forEach((card) =>
      card.button.setAttribute("tabindex", card.button === button ? "0" : "-1"),
    );
    button.focus();
  }

  for (const leaving of ["pointerleave", "focusout"]) {
    element.addEventListener(leaving, () => does.point(null));
  }

  const marks = Array.from({ length: 6 }, () => make("span", { class: "ll-mark", hidden: true }));

  return {
    element,
    /** @param {string} name @returns {HTMLElement} the block of a layer */
    block: (name) => element.querySelector(`.ll-layer-${name}`),
    update() {
      for (const { cards } of layers) for (const { paint } of cards) paint();
    },
    /** Say in words what the maps show; slower than the eye follows, so not in every frame. */
    describe() {
      for (const { layer, index, cards } of layers) {
        cards.forEach(({ button }, map) => {
          if (layer.name === "output") {
            const y = written(layer.output[map], 1);
            const best = map === network.classify() ? ", the nearest" : "";
            button.setAttribute("aria-label", `Digit ${map}: distance ${y}${best}. Open.`);
            return;
          }
          const unit = boldest(index, map);
          const what =
            layer.shape[0] === 1
              ? `${layer.name}, ${layer.shape[2]} units`
              : `${layer.name} map ${map}`;
          button.setAttribute(
            "aria-label",
            `${what}. Strongest: ${nameOf(network, unit)}, ` +
              `${written(valueOf(network, unit))}. Open.`,
          );
        });
      }
    },
    /**
     * Outline units: the one that is pointed at, and those that it hears most from.
     *
     * @param {Unit[]} units
     */
    mark(units) {
      marks.forEach((mark, at) => {
        const unit = units[at];
        const cards = unit && layers[unit.layer - 1]?.cards;
        mark.hidden = !cards;
        if (!cards) return;
        const layer = network.layers[unit.layer];
        const { rows, columns, pictures } = grid(layer);
        const alone = pictures === 1;
        const card = cards[alone && layer.name !== "output" ? 0 : unit.map];
        const [row, column] = alone
          ? [Math.floor(unit.map / columns), unit.map % columns]
          : [unit.row, unit.column];
        mark.className = at === 0 ? "ll-mark ll-own" : "ll-mark";
        if (layer.name === "output")
          Object.assign(mark.style, { left: "0", top: "0", width: "100%", height: "100%" });
        else {
          mark.style.left = `${(100 * column) / columns}%`;
          mark.style.top = `${(100 * row) / rows}%`;
          mark.style.width = `${100 / columns}%`;
          mark.style.height = `${100 / rows}%`;
        }
        if (mark.parentNode !== card.frame) card.frame.append(mark);
      });
    },
    /** @param {Unit} unit give its button the focus */
    focus(unit) {
      const { cards } = layers[unit.layer - 1];
      focus(cards[cards.length === 1 ? 0 : unit.map].button);
    },
  };
}
