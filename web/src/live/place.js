/** Where the reader is: the three levels, and the unit that is looked at. */

import { make } from "../common/page.js";

/** @typedef {import("./terms.js").Unit} Unit */

/**
 * @param {import("./terms.js").Network} network
 * @param {(level: number, unit: Unit) => void} go
 */
export function place(network, go) {
  let [level, unit] = [0, { layer: 3, map: 0, row: 0, column: 0 }];
  const names = ["Network", "Layer", "One number"];
  const levels = names.map((name, at) =>
    make("button", { type: "button", click: () => go(at, unit) }, name),
  );
  const layer = make(
    "select",
    // Without it, the names of all layers would be part of the label.
    {
      "aria-label": "Layer",
      change: () => go(level, { layer: Number(layer.value), map: 0, row: 0, column: 0 }),
    },
    ...network.layers.slice(1).map(({ name }, at) => make("option", { value: at + 1 }, name)),
  );
  const field = (/** @type {"map" | "row" | "column"} */ key) => {
    const input = make("input", {
      type: "number",
      min: "0",
      change: () => {
        const wanted = Math.round(Number(input.value) || 0);
        go(level, { ...unit, [key]: Math.min(Number(input.max), Math.max(0, wanted)) });
      },
    });
    const word = make("span", {});
    return { key, input, word, label: make("label", {}, word, input) };
  };
  const fields = [field("map"), field("row"), field("column")];
  const unitRow = make(
    "div",
    { class: "lc-row ll-unit", hidden: true },
    make("label", {}, "Layer ", layer),
    ...fields.map(({ label }) => label),
  );
  const element = make(
    "div",
    { class: "ll-place" },
    make("div", { class: "lc-row", role: "group", "aria-label": "Zoom" }, ...levels),
    unitRow,
  );

  return {
    element,
    /**
     * @param {number} toLevel
     * @param {Unit} to
     */
    show(toLevel, to) {
      [level, unit] = [toLevel, to];
      levels.forEach((button, at) => {
        button.setAttribute("aria-pressed", String(at === level));
      });
      unitRow.hidden = level === 0;
      layer.value = String(unit.layer);
      const { shape, name } = network.layers[unit.layer];
      const sizes = { map: shape[2], row: shape[0], column: shape[1] };
      for (const { key, input, word, label } of fields) {
        label.hidden = key !== "map" && (shape[0] === 1 || level === 1);
        input.max = String(sizes[key] - 1);
        input.value = String(unit[key]);
        const single = name === "output" ? "digit" : shape[0] === 1 ? "unit" : "map";
        word.textContent = `${key === "map" ? single : key} `;
      }
    },
    /** Put the focus on the level that is shown. */
    focus: () => levels[level].focus(),
  };
}
