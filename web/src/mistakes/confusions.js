/** The confusion table of the mistakes: each number can be pressed. */

import { make } from "../common/page.js";

/** @typedef {import("./cases.js").Case} Case */

const DIGITS = Array.from({ length: 10 }, (_, digit) => digit);

/**
 * @param {Case[]} cases
 * @param {import("../common/colors.js").Scale} scale
 * @param {(label: number, answer: number) => void} press
 */
export function confusions(cases, scale, press) {
  const cells = DIGITS.flatMap((label) =>
    DIGITS.map((answer) => {
      const count = cases.filter((one) => one.label === label && one.answer === answer).length;
      const button = make(
        "button",
        {
          type: "button",
          tabindex: "-1",
          "aria-pressed": "false",
          "aria-label": `${label} read as ${answer}: ${count}`,
          click: () => press(label, answer),
        },
        String(count),
      );
      return { label, answer, count, button };
    }),
  );
  const filled = cells.filter(({ count }) => count > 0);
  const most = Math.max(...filled.map(({ count }) => count));
  filled[0].button.tabIndex = 0;

  const heads = DIGITS.map((answer) => make("th", { scope: "col" }, String(answer)));
  const rows = DIGITS.map((label) =>
    make("th", { scope: "row" }, String(label)),
  );
  const table = make(
    "table",
    { class: "mi-confusions" },
    make("caption", {}, "Label of the row, read as the column. Press a number to see these."),
    make("thead", {}, make("tr", {}, make("td", {}), ...heads)),
    make(
      "tbody",
      {},
      ...rows.map((head, label) =>
        make(
          "tr",
          {},
          head,
          ...cells
            .slice(10 * label, 10 * label + 10)
            .map(({ answer, count, button }) =>
              make("td", { class: label === answer && "mi-diagonal" }, ...(count ? [button] : [])),
            ),
        ),
      ),
    ),
  );

  // One stop for the Tab key; the arrow keys go from number to number.
  table.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    const now = filled.findIndex(({ button }) => button === event.target);
    if (now < 0) return;
    const { label, answer } = filled[now];
    /** @param {number} step the nearest in the next row that has a number */
    const inRow = (step) => {
      for (let row = label + step; row >= 0 && row < 10; row += step) {
        const near = filled
          .filter((cell) => cell.label === row)
          .sort((a, b) => Math.abs(a.answer - answer) - Math.abs(b.answer - answer));
        if (near.length) return near[0];
      }
    };
    /** @type {Record<string, () => typeof filled[number] | undefined>} */
    const to = {
      ArrowRight: () => filled[now + 1],
      ArrowLeft: () => filled[now - 1],
      ArrowDown: () => inRow(1),
      ArrowUp: () => inRow(-1),
      Home: () => filled[0],
      End: () => filled[filled.length - 1],
    };
    if (!to[event.key]) return;
    event.preventDefault();
    const next = to[event.key]();
    if (!next) return;
    for (const { button } of filled) button.tabIndex = button === next.button ? 0 : -1;
    next.button.focus();
  });

  return {
    element: table,
    /** @param {number | null} wantedLabel @param {number | null} wantedAnswer null for any */
    mark(wantedLabel, wantedAnswer) {
      for (const { label, answer, button } of filled) {
        const chosen = label === wantedLabel && answer === wantedAnswer;
        button.setAttribute("aria-pressed", String(chosen));
      }
      rows.forEach((head, label) => head.classList.toggle("mi-wanted", label === wantedLabel));
      heads.forEach((head, answer) => head.classList.toggle("mi-wanted", answer === wantedAnswer));
    },
    paint() {
      for (const { count, button } of filled) Object.assign(button.style, scale.css(count, most));
    },
  };
}
