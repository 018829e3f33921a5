/** Loss and error over the digits that have been seen. */

import { make } from "../common/page.js";

/** @typedef {{seen: number, loss: number, error: number}} Point */

const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP] = [320, 190, 38, 20, 14];

/** @param {string} tag @param {Record<string, string | number>} attributes @returns {SVGElement} */
function draw(tag, attributes) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}

/**
 * @param {"loss" | "error"} what
 * @param {string} title
 */
export function curve(what, title) {
  const svg = draw("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img" });
  const element = make("figure", { class: "th-curve" }, make("figcaption", {}, title), svg);
  return {
    element,
    /**
     * @param {Point[]} learned means over the digits learned since the point before
     * @param {Point[]} tested on the held-out digits
     * @param {number} now digits seen by the network that is shown
     * @param {Point[]} good a run to compare with
     */
    update(learned, tested, now, good) {
      const finite = [...learned, ...tested].filter((point) => Number.isFinite(point[what]));
      const farthest = Math.max(...finite.map(({ seen }) => seen));
      // Before anything is learned the good run is shown as a whole.
      const longest = farthest > 0 ? nice(Math.max(500, farthest)) : 5000;
      const losses = finite.map((point) => point.loss);
      const highest = what === "error" ? 100 : nice(Math.max(...losses, good[0].loss));
      const x = (/** @type {number} */ seen) => LEFT + ((WIDTH - LEFT - 8) * seen) / longest;
      const y = (/** @type {number} */ value) =>
        HEIGHT - BOTTOM - ((HEIGHT - BOTTOM - TOP) * value) / highest;
      const parts = [
        draw("path", {
          class: "th-axes",
          d: `M${LEFT} ${TOP}V${HEIGHT - BOTTOM}H${WIDTH - 8}M${LEFT} ${y(highest / 2)}h-4`,
        }),
        ...[0, highest / 2, highest].map((value) => text(LEFT - 6, y(value) + 4, value, "end")),
        text(LEFT, HEIGHT - 5, 0, "middle"),
        text((LEFT + WIDTH) / 2, HEIGHT - 5, "digits seen", "middle"),
        text(WIDTH - 8, HEIGHT - 5, longest, "end"),
        draw("path", { class: "th-good", d: path(good.filter(({ seen }) => seen <= longest)) }),
        draw("path", { class: "th-now", d: `M${x(now)} ${TOP}V${HEIGHT - BOTTOM}` }),
        draw("path", { class: "th-learned", d: path(learned) }),
        draw("path", { class: "th-tested", d: path(tested) }),
        ...tested
          .filter((point) => Number.isFinite(point[what]))
          .map((point) =>
            draw("circle", { class: "th-dot", cx: x(point.seen), cy: y(point[what]), r: 3 }),
          ),
      ];
      svg.replaceChildren(...parts);
      svg.setAttribute("aria-label", `${title}: ${inWords(tested)}`);

      /** @param {Point[]} points */
      function path(points) {
        return points
          .filter((point) => Number.isFinite(point[what]))
          .map((point) => `${x(point.seen).toFixed(1)} ${y(point[what]).toFixed(1)}`)
          .map((place, at) => `${at ? "L" : "M"}${place}`)
          .join("");
      }
    },
  };

  /** @param {Point[]} tested */
  function inWords(tested) {
    if (tested.length === 0) return "nothing learned yet.";
    const parts = tested.map((point) => `${point[what].toFixed(1)} after ${point.seen} digits`);
    return `on held-out digits ${parts.join(", ")}.`;
  }
}

/** @param {number} x @param {number} y @param {number | string} value @param {string} anchor */
function text(x, y, value, anchor) {
  const element = draw("text", { x, y, "text-anchor": anchor });
  element.textContent = value.toLocaleString("en-US");
  return element;
}

/**
 * The next number that is 1, 2, 4, 5 or 8 times a power of ten.
 *
 * @param {number} value
 */
function nice(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 4, 5, 8].find((step) => step * power >= value) ?? 10);
}
