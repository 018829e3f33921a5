/** The ten penalties as bars, of which the shortest names the digit. */

import { make, say, written } from "../common/page.js";

// Bars end here, unless a penalty is larger.
const LONG = 200;

export function bars() {
  const rows = Array.from({ length: 10 }, (_, digit) => {
    const bar = make("i");
    const number = make("td", { class: "di-number" });
    const role = make("td", { class: "di-role" });
    const row = make(
      "tr",
      {},
      make("th", { scope: "row" }, String(digit)),
      make("td", { class: "di-bar" }, bar),
      number,
      role,
    );
    return { row, bar, number, role };
  });
  const element = make(
    "table",
    { class: "di-penalties" },
    make("caption", {}, "Penalties: the smallest names the digit"),
    make("tbody", {}, ...rows.map(({ row }) => row)),
  );
  return {
    element,
    /**
     * @param {Float32Array} penalties
     * @param {number} answer
     * @param {number} digit what it is
     */
    update(penalties, answer, digit) {
      const longest = Math.max(LONG, ...penalties);
      rows.forEach(({ row, bar, number, role }, at) => {
        bar.style.width = `${(100 * penalties[at]) / longest}%`;
        say(number, written(penalties[at], 1));
        row.classList.toggle("di-best", at === answer);
        const right = answer === digit ? "right answer" : "wrong answer";
        say(role, at === answer ? right : at === digit ? "what it is" : "");
      });
    },
  };
}
