/** What was measured of some wirings: the errors of networks that were trained with them. */

import { make, say, thousands, written } from "../common/page.js";
import { MAPS, SOURCES } from "./wiring.js";

/**
 * Networks that differ in their seed only.
 *
 * @typedef {object} Measured
 * @property {string} name
 * @property {import("./wiring.js").Wiring} wiring
 * @property {number[]} errors of each, in percent
 */

/**
 * @typedef {object} Measurement
 * @property {Measured[]} wirings
 * @property {number} trained digits that each network was trained on
 * @property {number} passes over them
 * @property {number} judged other digits, on which the errors were counted
 */

/**
 * @param {any} values of the component
 * @returns {Measurement}
 * @throws {Error} if something is missing or is not a number
 */
export function measurement(values) {
  const counts = ["trained", "passes", "judged"].map((name) => values?.[name]);
  const wirings = values?.wirings;
  const good =
    counts.every(Number.isFinite) &&
    Array.isArray(wirings) &&
    wirings.length > 0 &&
    wirings.every(
      (one) =>
        typeof one?.name === "string" &&
        Array.isArray(one.errors) &&
        one.errors.length > 1 &&
        one.errors.every(Number.isFinite) &&
        Array.isArray(one.wiring) &&
        one.wiring.length === SOURCES &&
        one.wiring.every(
          (/** @type {unknown} */ row) =>
            Array.isArray(row) && row.length === MAPS && row.every((cell) => cell === 0 || cell === 1),
        ),
    );
  if (!good) {
    throw new Error(
      "The measured errors are missing or damaged: expected wirings of 6 by 16 places, each with " +
        "the errors of two or more networks.",
    );
  }
  return values;
}

/**
 * Mean and standard deviation.
 *
 * @param {number[]} errors
 */
export function meanAndSpread(errors) {
  const mean = errors.reduce((sum, one) => sum + one, 0) / errors.length;
  const squares = errors.reduce((sum, one) => sum + (one - mean) ** 2, 0);
  return { mean, spread: Math.sqrt(squares / (errors.length - 1)) };
}

/** @param {Measurement} given */
export function measured({ wirings, trained, passes, judged }) {
  const all = wirings.flatMap(({ errors }) => errors);
  const least = Math.floor(10 * Math.min(...all) - 0.5) / 10;
  const most = Math.ceil(10 * Math.max(...all) + 0.5) / 10;
  const rows = wirings.map(({ name, errors }) => {
    const { mean, spread } = meanAndSpread(errors);
    const dots = errors.map((error) =>
      make("span", {
        class: "rw-dot",
        style: `left: ${((100 * (error - least)) / (most - least)).toFixed(1)}%`,
      }),
    );
    const row = make(
      "tr",
      {},
      make("th", { scope: "row" }, name),
      make("td", {}, make("div", { class: "rw-dots", "aria-hidden": "true" }, ...dots)),
      make("td", { class: "rw-number" }, `${written(mean)} % ± ${written(spread)}`),
    );
    return row;
  });
  const verdict = make("p", { class: "rw-verdict" });
  const element = make(
    "section",
    { "aria-label": "Measured", class: "rw-panel" },
    make("p", { class: "rw-title" }, "Measured: networks trained anew"),
    verdict,
    make(
      "table",
      { class: "rw-measured" },
      make(
        "thead",
        {},
        make(
          "tr",
          {},
          make("th", { scope: "col" }, "wiring"),
          make(
            "td",
            {},
            make(
              "div",
              { class: "rw-ends", "aria-hidden": "true" },
              make("span", {}, `${written(least, 1)} %`),
              make("span", {}, `${written(most, 1)} %`),
            ),
          ),
          make("th", { scope: "col", class: "rw-number" }, "errors"),
        ),
      ),
      make("tbody", {}, ...rows),
    ),
    make(
      "p",
      { class: "rw-small" },
      `Each dot is a network with other first weights, trained on ${thousands(trained)} digits in ` +
        `${passes} passes and judged on ${thousands(judged)} others; ± is the standard deviation. ` +
        between(wirings),
    ),
  );
  return {
    element,
    /** @param {number} at which of them is shown; -1 for none */
    update(at) {
      rows.forEach((row, index) => row.classList.toggle("rw-now", index === at));
      if (at < 0) {
        say(verdict, "Nobody has measured this wiring here. What it is worth is not known.");
        return;
      }
      const { mean, spread } = meanAndSpread(wirings[at].errors);
      const { name, errors } = wirings[at];
      say(
        verdict,
        `${name}: ${written(mean)} % errors, ± ${written(spread)} among ${errors.length} networks.`,
      );
    },
  };
}

/** @param {Measured[]} wirings */
function between(wirings) {
  const from = Math.max(...wirings.map(({ errors }) => Math.min(...errors)));
  const to = Math.min(...wirings.map(({ errors }) => Math.max(...errors)));
  return from <= to ? "The dots overlap: these seeds cannot tell the wirings apart." : "";
}
