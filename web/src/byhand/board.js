/** A picture of numbers with a window on it that can be dragged. */

import { Picture } from "../common/colors.js";
import { make } from "../common/page.js";

/**
 * What a board shows.
 *
 * @typedef {object} Shown
 * @property {ArrayLike<number>} values n x n
 * @property {number} n
 * @property {number} padding zeros around them
 * @property {number} largest where the color scale ends
 * @property {{row: number, column: number, size: number}} window in pixels, counted with padding
 * @property {ArrayLike<number>} [filled] 0 where a number is not there yet
 */

/**
 * For a board whose window can be moved with keys.
 *
 * @param {string} what it shows
 * @param {(event: KeyboardEvent) => void} keydown
 */
export const reachable = (what, keydown) => ({
  role: "application",
  tabindex: "0",
  "aria-roledescription": `window over ${what}`,
  "aria-label":
    "Arrow keys move the window, Home and End bring it to the first and the last place.",
  keydown,
});

/**
 * @param {import("../common/colors.js").Scale} scale
 * @param {(row: number, column: number) => void} choose is called with the place that is pressed
 *   or dragged to, in pixels, counted with padding
 * @param {Record<string, unknown>} attributes of the element
 */
export function board(scale, choose, attributes = {}) {
  let [n, cells] = [0, 1];
  /** @type {Picture} */
  let picture;
  const holder = make("div", { class: "bh-picture" });
  const frame = make("span", { class: "bh-window" });
  const element = make("div", { class: "bh-board", ...attributes }, holder, frame);

  /** @param {PointerEvent} event */
  const follow = (event) => {
    const { left, top } = element.getBoundingClientRect();
    choose(
      ((event.clientY - top - element.clientTop) / element.clientHeight) * cells,
      ((event.clientX - left - element.clientLeft) / element.clientWidth) * cells,
    );
  };
  element.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
    // A finger that does not hold the window may be about to scroll the page.
    if (event.button !== 0 || (event.pointerType === "touch" && event.target !== frame)) return;
    element.setPointerCapture(event.pointerId);
    follow(event);
  });
  element.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => {
    if (element.hasPointerCapture(event.pointerId)) follow(event);
  });
  element.addEventListener("click", follow);

  return {
    element,
    /** @param {Shown} shown */
    update({ values, n: side, padding, largest, window, filled }) {
      if (side !== n) {
        n = side;
        picture = new Picture(scale, n, n);
        holder.replaceChildren(picture.element);
      }
      cells = n + 2 * padding;
      const part = (/** @type {number} */ count) => `${(100 * count) / cells}%`;
      holder.style.inset = part(padding);
      holder.classList.toggle("bh-padded", padding > 0);
      frame.style.top = part(window.row);
      frame.style.left = part(window.column);
      frame.style.width = frame.style.height = part(window.size);
      picture.paint(values, 0, 1, largest);
      if (!filled || Array.prototype.every.call(filled, Boolean)) return;
      for (let at = 0; at < n * n; at++) if (!filled[at]) picture.pixels[at] = 0;
      picture.context.putImageData(picture.image, 0, 0);
    },
  };
}
