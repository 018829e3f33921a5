/** Numbers in rows and columns, colored by the scale. */

import { make, say, written } from "../common/page.js";

/** A zero needs no decimals. @param {number} value */
const short = (value) => (value === 0 ? "0" : written(value));

/** Behind a sign a negative number is in brackets. @param {number} value */
export const bracketed = (value) =>
  written(value).startsWith("−") ? `(${written(value)})` : written(value);

/**
 * @param {import("../common/colors.js").Scale} scale
 * @param {string} caption
 * @param {number} side
 * @param {(at: number) => HTMLElement} [content] what a cell holds, if not a number to read
 */
export function numbers(scale, caption, side, content) {
  /** @type {HTMLElement[]} */
  const cells = Array.from({ length: side * side }, (_, at) =>
    make("td", {}, ...(content ? [content(at)] : [])),
  );
  const rows = Array.from({ length: side }, (_, row) =>
    make("tr", {}, ...cells.slice(row * side, (row + 1) * side)),
  );
  return {
    cells,
    element: make(
      "table",
      { class: "bh-numbers", style: `--side: ${side}` },
      make("caption", {}, caption),
      make("tbody", {}, ...rows),
    ),
    /**
     * @param {ArrayLike<number>} values
     * @param {number} largest where the scale ends
     * @param {number} [added] how many of them are there
     */
    update(values, largest, added = values.length) {
      cells.forEach((cell, at) => {
        const there = at < added;
        if (!content) say(cell, there ? short(values[at]) : "");
        Object.assign(
          cell.style,
          there ? scale.css(values[at], largest) : { background: "", color: "" },
        );
      });
    },
    /** @param {number} marked the place of the number that counts now; -1 for none */
    mark(marked) {
      cells.forEach((cell, at) => cell.classList.toggle("bh-now", at === marked));
    },
  };
}
