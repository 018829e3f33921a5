/** The output of a unit of S2 over the sum of its four inputs, as in chapter 04. */

import { LARGEST } from "../common/colors.js";
import { make } from "../common/page.js";
import { plot } from "../common/plot.js";
import { squash } from "./arithmetic.js";

/** Four inputs add up to so much at most. */
const REACH = 4 * LARGEST;

export function response() {
  const canvas = make("canvas", {
    class: "lc-plot",
    width: 360,
    height: 180,
    "aria-hidden": "true",
  });
  const element = make(
    "div",
    { class: "bh-response" },
    canvas,
    make(
      "p",
      {},
      "Output, from −1.72 to 1.72, over the sum of the four, from −6.86 to 6.86. " +
        "Dot: this window.",
    ),
  );
  const x = (/** @type {number} */ sum) => ((sum / REACH) * 0.47 + 0.5) * canvas.width;
  const y = (/** @type {number} */ output) => (0.5 - (output / LARGEST) * 0.44) * canvas.height;

  return {
    element,
    /**
     * @param {number} w the coefficient
     * @param {number} b the bias
     * @param {number} sum of the four inputs of the window
     */
    update(w, b, sum) {
      const axes = [
        [
          [0, y(0)],
          [canvas.width, y(0)],
        ],
        [
          [x(0), 0],
          [x(0), canvas.height],
        ],
      ];
      const points = Array.from({ length: 241 }, (_, step) => {
        const at = (step / 120 - 1) * REACH;
        return [x(at), y(squash(w * at + b))];
      });
      plot(canvas, axes, points, [x(sum), y(squash(w * sum + b))]);
    },
  };
}
