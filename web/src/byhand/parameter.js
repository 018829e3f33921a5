/** One number that a slider and a field both show. */

import { make, written } from "../common/page.js";

/** @param {number} value */
const short = (value) => String(Number(value.toFixed(2)));

/**
 * @param {string} name
 * @param {number} limit it lies between -limit and limit
 * @param {number} step of the slider
 * @param {(value: number) => void} changed
 */
export function parameter(name, limit, step, changed) {
  const range = { min: -limit, max: limit };
  const slider = make("input", {
    type: "range",
    ...range,
    step,
    "aria-label": name,
    input: () => changed(Number(slider.value)),
  });
  let now = 0;
  const field = make("input", {
    type: "number",
    ...range,
    step: "any",
    "aria-label": `${name}, as a number`,
    input: () => {
      if (field.value === "" || !field.validity.valid) return;
      changed(Number(field.value));
    },
    // Whatever is no number between the limits is given up.
    change: () => (field.value = short(now)),
  });

  /** @param {number} value */
  function show(value) {
    now = value;
    slider.value = String(value);
    slider.setAttribute("aria-valuetext", written(value));
    // Not while it is typed: after "0." comes another digit.
    if (document.activeElement !== field) field.value = short(value);
  }

  return {
    element: make("div", { class: "bh-parameter" }, make("span", {}, name), slider, field),
    show,
  };
}
