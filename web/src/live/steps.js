/** The preparation, step by step, down to the input of the network. */

import { Picture } from "../common/colors.js";
import { make, say, written } from "../common/page.js";

/**
 * @param {import("../common/colors.js").Scale} scale
 * @param {(unit: import("./terms.js").Unit | null) => void} point
 *   at a pixel of the input, or no more
 */
export function steps(scale, point) {
  const scaled = new Picture(scale, 20, 20);
  const field = new Picture(scale, 28, 28);
  const input = new Picture(scale, 32, 32);
  const center = make("span", { class: "ll-center", hidden: true });
  const middle = make("span", { class: "ll-center" });
  middle.style.left = middle.style.top = `${(100 * 14.5) / 28}%`;
  const sees = make("span", { class: "ll-sees", hidden: true });
  const figure = (/** @type {Node[]} */ parts, /** @type {string} */ caption) => {
    const frame = make("div", { class: "ll-frame" }, ...parts);
    return { frame, element: make("div", { class: "ll-figure" }, frame, make("p", {}, caption)) };
  };
  const first = figure([scaled.element, center], "20×20");
  const second = figure([field.element, middle], "28×28");
  const third = figure([input.element, sees], "Input: 32×32, paper −0.1, ink 1.175");
  const words = make("p", {});
  third.frame.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => {
    const frame = third.frame.getBoundingClientRect();
    const part = (/** @type {number} */ at, /** @type {number} */ length) =>
      Math.min(31, Math.max(0, Math.floor((32 * at) / length)));
    const row = part(event.clientY - frame.top, frame.height);
    const column = part(event.clientX - frame.left, frame.width);
    point({ layer: 0, map: 0, row, column });
  });
  third.frame.addEventListener("pointerleave", () => point(null));
  const element = make(
    "div",
    { class: "ll-steps", role: "group", "aria-label": "Preparation, step by step" },
    first.element,
    second.element,
    third.element,
    words,
  );

  return {
    element,
    /**
     * @param {import("./preparation.js").Prepared} prepared
     * @param {Float32Array} image
     * @param {boolean} asMnist whether the first two steps are taken
     */
    update(prepared, image, asMnist) {
      scaled.paint(prepared.scaled, 0, 1, 255);
      field.paint(prepared.field, 0, 1, 255);
      input.paint(image);
      const { center: mass } = prepared;
      first.element.classList.toggle("ll-skipped", !asMnist);
      center.hidden = mass === null;
      middle.hidden = !asMnist || mass === null;
      if (mass) {
        center.style.left = `${5 * (mass.column + 0.5)}%`;
        center.style.top = `${5 * (mass.row + 0.5)}%`;
      }
      say(words, explained(prepared, asMnist));
    },
    /** @param {{top: number, left: number, side: number} | null} field what a unit sees */
    mark(field) {
      sees.hidden = field === null;
      if (field === null) return;
      sees.style.left = `${(100 * field.left) / 32}%`;
      sees.style.top = `${(100 * field.top) / 32}%`;
      sees.style.width = sees.style.height = `${(100 * field.side) / 32}%`;
    },
  };
}

/**
 * @param {import("./preparation.js").Prepared} prepared
 * @param {boolean} asMnist
 */
function explained({ box, center }, asMnist) {
  if (box === null || center === null) return "Without ink, every pixel of the input is −0.1.";
  if (!asMnist)
    return "Not scaled, not centered: every pixel of 28×28 averages its part of the pad.";
  return (
    `The box of ${box.width}×${box.height} pad pixels is scaled into 20×20; its center of mass, ` +
    `row ${written(center.row, 1)}, column ${written(center.column, 1)}, goes to the middle of ` +
    "28×28."
  );
}
