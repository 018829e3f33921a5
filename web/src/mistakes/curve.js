/** The reject curve, with what is rejected now. */

import { rejectPoints } from "./cases.js";
import { make, written } from "../common/page.js";

// LeCun et al. 1998, Fig. 10, p. 14: percentage to reject until 0.5 percent of the others are wrong.
const PAPER = { "LeNet-1": 3.7, "LeNet-4": 1.8, "boosted LeNet-4": 0.5 };
const PAPER_ERROR = 0.5;

const SVG = "http://www.w3.org/2000/svg";
// The frame of the curve in the drawing, and the percentages at its ends.
const FRAME = { left: 30, right: 294, top: 8, bottom: 136 };
const ENDS = { rejected: 5, error: 1.1 };

/** @param {number} rejected */
const across = (rejected) => FRAME.left + (rejected / ENDS.rejected) * (FRAME.right - FRAME.left);
/** @param {number} error */
const down = (error) => FRAME.bottom - (error / ENDS.error) * (FRAME.bottom - FRAME.top);

/**
 * @param {import("./cases.js").Case[]} cases
 * @param {ArrayLike<number>} right margins of right answers
 */
export function rejectCurve(cases, right) {
  const points = rejectPoints(cases, right);
  const steps = points
    .map(([rejected, error]) => `H${across(rejected).toFixed(1)}V${down(error).toFixed(1)}`)
    .join("");
  const dot = draw("circle", { r: 5, class: "mi-dot" });
  const [start, end] = [points[0], points[points.length - 1]].map(([rejected, error]) => [
    written(rejected, 1),
    written(error, 2),
  ]);
  const marks = Object.entries(PAPER).flatMap(([name, rejected]) => {
    const [x, y] = [across(rejected), down(PAPER_ERROR)];
    const diamond = draw("path", { class: "mi-paper", d: `M${x} ${y - 5}l5 5l-5 5l-5 -5z` });
    // Left of the curve there is room below only, and for one word on a line.
    if (rejected > 1) return [diamond, draw("text", { x: x + 4, y: y - 8 }, name)];
    const words = name.split(" ");
    return [
      diamond,
      ...words.map((word, line) =>
        draw("text", { x, y: y + 17 + 12 * line, class: "mi-middle" }, word),
      ),
    ];
  });
  const ticks = [
    ...[0, 1, 2, 3, 4, 5].map((tick) =>
      draw("text", { x: across(tick), y: FRAME.bottom + 13, class: "mi-middle" }, `${tick}`),
    ),
    ...[0, 0.5, 1].map((tick) =>
      draw("text", { x: FRAME.left - 5, y: down(tick) + 4, class: "mi-end" }, `${tick}`),
    ),
  ];
  const drawing = draw(
    "svg",
    {
      viewBox: "0 0 300 166",
      class: "mi-curve",
      role: "img",
      "aria-label":
        `Reject curve: it falls from ${start[1]} % errors with ${start[0]} % rejected to ` +
        `${end[1]} % with ${end[0]} % rejected, steeply at first. Marks of 1998 at 0.5 % errors: ` +
        `${Object.entries(PAPER).map(([name, rejected]) => `${name} ${rejected} %`).join(", ")}.`,
    },
    draw("path", {
      class: "mi-axes",
      d: `M${FRAME.left} ${FRAME.top}V${FRAME.bottom}H${FRAME.right}`,
    }),
    draw("path", {
      class: "mi-at",
      d: `M${FRAME.left} ${down(PAPER_ERROR)}H${FRAME.right}`,
    }),
    ...ticks,
    draw(
      "text",
      { x: FRAME.right, y: FRAME.bottom + 27, class: "mi-end" },
      "rejected, % of all digits",
    ),
    draw("text", { x: FRAME.left + 6, y: FRAME.top + 6 }, "errors, % of the others"),
    draw("path", {
      class: "mi-steps",
      d: `M${across(points[0][0])} ${down(points[0][1])}${steps}`,
    }),
    ...marks,
    dot,
  );
  const element = make(
    "div",
    { class: "mi-figure" },
    drawing,
    make(
      "p",
      { class: "mi-source" },
      "The line: this network, at every limit. Diamonds: other networks in 1998, for 0.5 % errors " +
        "(LeCun et al. 1998, Fig. 10, p. 14).",
    ),
  );

  return {
    element,
    /** @param {number} rejected @param {number} error both in percent */
    show(rejected, error) {
      dot.setAttribute("cx", String(across(rejected)));
      dot.setAttribute("cy", String(down(error)));
    },
  };
}

/**
 * @param {string} tag
 * @param {Record<string, string | number>} attributes
 * @param {...(Node | string)} children
 */
function draw(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}
