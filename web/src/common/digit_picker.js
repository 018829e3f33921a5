/** Ten buttons that take a test digit of MNIST. */

import { make, say } from "./page.js";

/** @typedef {import("./examples.js").Example} Example */

/**
 * @param {Example[]} examples
 * @param {Example} first
 * @param {(example: Example) => void} choose
 */
export function digitPicker(examples, first, choose) {
  let shown = first;
  const source = make("p", { class: "lc-source" });
  /** @type {HTMLButtonElement[]} */
  const buttons = Array.from({ length: 10 }, (_, digit) =>
    make(
      "button",
      {
        type: "button",
        "aria-label": `Test digit ${digit}`,
        click: () => {
          const own = examples.filter((one) => one.digit === digit);
          shown = own[(own.indexOf(shown) + 1) % own.length];
          tell();
          choose(shown);
        },
      },
      String(digit),
    ),
  );
  function tell() {
    say(
      source,
      `A ${shown.digit}, number ${shown.number} of MNIST's test set. Press again for another one.`,
    );
    buttons.forEach((button, digit) =>
      button.setAttribute("aria-pressed", String(digit === shown.digit)),
    );
  }
  tell();
  return make(
    "div",
    {},
    make(
      "div",
      { class: "lc-digits", role: "group", "aria-label": "Test digits" },
      ...buttons,
    ),
    source,
  );
}
