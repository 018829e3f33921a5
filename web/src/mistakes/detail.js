/** One mistake, large: the digit, F6 beside the codes of answer and label, and ten penalties. */

import { CODES } from "../engine.js";
import { Picture } from "../common/colors.js";
import { make, say, written } from "../common/page.js";

/** @typedef {import("./cases.js").Case} Case */

/**
 * @param {import("../common/colors.js").Scale} scale
 * @param {import("../common/colors.js").Scale} ink
 */
export function detail(scale, ink) {
  const digit = new Picture(ink, 28, 28);
  const f6 = new Picture(scale, 12, 7);
  const title = make("p", { class: "mi-title" });
  const source = make("p", { class: "mi-source" });
  const sure = make("p", {});
  const sides = [side(), side()];
  const rows = Array.from({ length: 10 }, () => {
    const parts = {
      digit: make("th", { scope: "row" }),
      level: make("i", {}),
      penalty: make("td", {}),
      role: make("td", {}),
    };
    const track = make("td", { "aria-hidden": "true" }, make("span", {}, parts.level));
    const element = make("tr", {}, parts.digit, track, parts.penalty, parts.role);
    return { ...parts, element };
  });
  const element = make(
    "div",
    { class: "mi-detail", role: "group", "aria-label": "The mistake that is chosen" },
    make(
      "div",
      { class: "mi-which" },
      make("div", { class: "mi-frame" }, digit.element),
      make("div", { class: "mi-words" }, title, source, sure),
    ),
    make(
      "div",
      { class: "mi-compare" },
      make(
        "div",
        { class: "mi-codes" },
        make("div", { class: "mi-f6" }, make("p", {}, "F6"), f6.element),
        ...sides.map((one) => one.element),
      ),
      make(
        "p",
        { class: "mi-source" },
        "Beside each code the squares of its differences from F6, the larger the bluer. They " +
          "add up to the penalty.",
      ),
      scale.element,
    ),
    make(
      "div",
      { class: "mi-penalties" },
      make(
        "table",
        {},
        make("caption", {}, "Penalties, the nearest code first"),
        make("tbody", {}, ...rows.map((row) => row.element)),
      ),
    ),
  );

  /** A code and its distance. */
  function side() {
    const code = new Picture(scale, 12, 7);
    const squares = new Picture(scale, 12, 7);
    const [words, penalty] = [make("span", {}), make("span", {})];
    const pair = make("div", { class: "mi-pair" }, code.element, squares.element);
    const title = make("p", {}, words, " ", penalty);
    return { code, squares, words, penalty, element: make("div", {}, title, pair) };
  }

  return {
    element,
    /** @param {Case} one */
    show(one) {
      digit.paint(one.pixels, 0, 1, 255);
      f6.paint(one.f6);
      say(title, `A ${one.label}, read as ${one.answer}`);
      say(source, `Number ${one.number} of the test set.`);
      [one.answer, one.label].forEach((of, at) => {
        const { code, squares, words, penalty } = sides[at];
        code.paint(CODES[of]);
        // Two units of opposite sign lie up to (2 x 1.7159)^2 apart, mostly about 4.
        squares.paint(
          one.f6.map((output, unit) => (output - CODES[of][unit]) ** 2),
          0,
          1,
          4,
        );
        say(words, `${at === 0 ? "Answer" : "Label"} ${of}:`);
        say(penalty, written(one.penalties[of], 1));
      });
      one.ranked.forEach((of, place) => {
        const row = rows[place];
        const penalty = one.penalties[of];
        say(row.digit, String(of));
        say(row.penalty, written(penalty, 1));
        say(row.role, of === one.answer ? "answer" : of === one.label ? "label" : "");
        row.level.style.transform = `scaleX(${Math.min(1, penalty / 200).toFixed(3)})`;
        row.element.classList.toggle("mi-named", row.role.textContent !== "");
      });
      say(
        sure,
        `Margin ${written(one.margin, 1)}, confidence ` +
          `${one.confidence > 0.999 ? "over 99.9" : written(100 * one.confidence, 1)}\u00a0%.`,
      );
    },
  };
}
