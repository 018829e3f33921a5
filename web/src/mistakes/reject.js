/** The limit on the margin, and what it rejects. */

import { LARGEST_LIMIT, rejection, TEST_DIGITS } from "./cases.js";
import { make, say, thousands, written } from "../common/page.js";
import { rejectCurve } from "./curve.js";

/** @typedef {import("./cases.js").Case} Case */

/** @param {number} share @returns {string} which no line breaks */
const percent = (share) => `${written(share, 2)}\u00a0%`;

/**
 * @param {Case[]} cases
 * @param {ArrayLike<number>} right margins of right answers
 * @param {(limit: number) => void} moved
 */
export function reject(cases, right, moved) {
  let now = rejection(cases, right, 0);
  const value = make("b", {});
  const slider = make("input", {
    type: "range",
    // Without the value, which is said anyway.
    "aria-label": "Reject below a margin of",
    min: "0",
    max: String(LARGEST_LIMIT),
    step: "0.5",
    value: "0",
    input: () => {
      set(Number(slider.value));
      moved(Number(slider.value));
    },
  });
  const result = make("p", { class: "mi-result" });
  const control = make(
    "div",
    { class: "mi-limit" },
    make("label", {}, make("span", {}, "Reject below a margin of ", value), slider),
    result,
  );

  const curve = rejectCurve(cases, right);

  /** @param {number} limit */
  function set(limit) {
    now = rejection(cases, right, limit);
    say(value, written(limit, 1));
    say(result, sentence());
    curve.show((100 * now.rejected) / TEST_DIGITS, now.error);
  }

  function sentence() {
    const { caught, lost, rejected, answered, left, error } = now;
    const wrong = `${thousands(answered)} answers ${left} are wrong: ${percent(error)}.`;
    if (rejected === 0) return `Nothing is rejected. Of ${wrong}`;
    return (
      `Rejected: ${rejected} digits, ${percent((100 * rejected) / TEST_DIGITS)}, of them ` +
      `${caught} mistakes and ${lost} right answers. Of the other ${wrong}`
    );
  }

  set(0);
  return { control, figure: curve.element, sentence };
}
