/** A square for each question: full, half or empty. The numbers stand beside it. */

import { make } from "../common/page.js";

export function marks() {
  const element = make("span", { class: "qz-marks", "aria-hidden": "true" });
  /** @param {import("./answers.js").Outcome[]} outcomes */
  function update(outcomes) {
    element.replaceChildren(...outcomes.map((one) => make("i", { class: `qz-${one}` })));
  }
  return { element, update };
}
