/** The ten penalties of one digit as bars, beside those with all kernels of Table I. */

import { make, say, written } from "../common/page.js";

const LONGEST = 200; // where a bar ends, however large the penalty

export function penalties() {
  const bars = Array.from({ length: 10 }, (_, digit) => {
    const bar = make("span", { class: "rw-bar" });
    const tick = make("span", { class: "rw-tick" });
    const number = make("td", { class: "rw-number" });
    const before = make("td", { class: "rw-number rw-before" });
    const row = make(
      "tr",
      {},
      make("th", { scope: "row" }, String(digit)),
      make("td", { class: "rw-track" }, bar, tick),
      number,
      before,
    );
    return { row, bar, tick, number, before };
  });
  const element = make(
    "table",
    { class: "rw-penalties" },
    make(
      "thead",
      {},
      make(
        "tr",
        {},
        make("th", { scope: "col" }, make("span", { class: "lc-unseen" }, "digit")),
        make("td", {}),
        make("th", { scope: "col" }, "penalty"),
        make("th", { scope: "col" }, "Table I"),
      ),
    ),
    make("tbody", {}, ...bars.map(({ row }) => row)),
  );
  return {
    element,
    /**
     * @param {import("./cutting.js").Reading} now
     * @param {import("./cutting.js").Reading} then
     */
    update(now, then) {
      bars.forEach(({ row, bar, tick, number, before }, digit) => {
        bar.style.width = share(now.penalties[digit]);
        tick.style.left = share(then.penalties[digit]);
        say(number, penalty(now.penalties[digit]));
        say(before, penalty(then.penalties[digit]));
        row.classList.toggle("rw-best", digit === now.answer);
      });
    },
  };
}

/** @param {number} y */
const share = (y) => `${((100 * Math.min(y, LONGEST)) / LONGEST).toFixed(2)}%`;

/** @param {number} y */
export const penalty = (y) => written(y, y < 10 ? 2 : 1);
