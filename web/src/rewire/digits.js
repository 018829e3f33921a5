/** The forty test digits as the network reads them: which it misreads, and one to look at. */

import { Picture } from "../common/colors.js";
import { make, say } from "../common/page.js";
import { arrows } from "./arrows.js";

/** @typedef {import("../common/examples.js").Example} Example */
/** @typedef {import("./cutting.js").Reading} Reading */

/**
 * @param {Example[]} examples four for each digit
 * @param {import("../common/colors.js").Scale} scale
 * @param {number} first the one that is looked at to begin with
 * @param {(index: number) => void} choose
 */
export function digits(examples, scale, first, choose) {
  const all = examples.map(({ pixels }, index) => {
    const picture = new Picture(scale, 28, 28);
    const answer = make("span", { class: "rw-read" });
    const button = make(
      "button",
      { type: "button", class: "rw-digit", click: () => choose(index) },
      picture.element,
      answer,
    );
    return { button, picture, answer, pixels };
  });
  // A column for each digit.
  const rows = Array.from({ length: 4 }, (_, row) =>
    all.filter((_, index) => index % 4 === row).map(({ button }) => button),
  );
  const element = make(
    "div",
    { class: "rw-digits", role: "group", "aria-label": "Forty test digits: press one to look at it" },
    ...rows.flat(),
  );
  arrows(element, rows, all[first].button);

  return {
    element,
    paint() {
      for (const { picture, pixels } of all) picture.paint(pixels, 0, 1, 255);
    },
    /**
     * @param {Reading[]} readings
     * @param {Reading[]} before with all kernels of Table I
     * @param {number} chosen
     */
    update(readings, before, chosen) {
      all.forEach(({ button, answer }, index) => {
        const { digit, number } = examples[index];
        const read = readings[index].answer;
        const changed = read !== before[index].answer;
        button.classList.toggle("rw-wrong", read !== digit);
        button.classList.toggle("rw-changed", changed);
        button.setAttribute("aria-pressed", String(index === chosen));
        say(answer, read === digit ? "" : String(read));
        button.setAttribute(
          "aria-label",
          `A ${digit}, number ${number} of the test set: read as ${read}` +
            (read === digit ? "" : ", wrong") +
            (changed ? `; with all of Table I as ${before[index].answer}` : ""),
        );
      });
    },
  };
}
