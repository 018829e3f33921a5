/** A table of limits: what the paper says, what is found in the page, and what the reader found. */

import { make, say } from "../common/page.js";
import { KINDS } from "./kinds.js";

/** @typedef {import("./kinds.js").Kind} Kind */
/** @typedef {import("./breaking.js").Break} Break */

const SEARCHING = "searching …";

export function limits() {
  const caption = make("caption");
  const cells = new Map(
    KINDS.map((kind) => [kind, { breaks: make("td", {}, SEARCHING), own: make("td") }]),
  );
  const element = make(
    "div",
    { class: "lc-scroll", tabindex: "0", role: "group", "aria-label": "Limits of this digit" },
    make(
      "table",
      { class: "di-limits" },
      caption,
      make(
        "thead",
        {},
        make(
          "tr",
          {},
          ...["", "The paper, p. 16", "The answer changes at", "You fooled it with"].map(
            (text) => make(text ? "th" : "td", text ? { scope: "col" } : {}, text),
          ),
        ),
      ),
      make(
        "tbody",
        {},
        ...[...cells].map(([kind, { breaks, own }]) =>
          make(
            "tr",
            {},
            make("th", { scope: "row" }, kind.name),
            make("td", {}, kind.paper),
            breaks,
            own,
          ),
        ),
      ),
    ),
  );

  return {
    element,
    /** @param {string} digit a name for it */
    about(digit) {
      say(caption, `How far until it breaks: ${digit}`);
    },
    /**
     * @param {Kind} kind
     * @param {Break[] | null} found null while it is searched for
     */
    mark(kind, found) {
      const cell = cells.get(kind)?.breaks;
      const all = found?.map((one) => text(kind, one)).join("; ");
      say(cell, all === undefined ? SEARCHING : all || "none within the slider");
    },
    /**
     * @param {Kind} kind
     * @param {Break | undefined} best
     */
    own(kind, best) {
      say(cells.get(kind)?.own, best ? text(kind, best) : "not yet");
    },
  };
}

/**
 * @param {Kind} kind
 * @param {Break} found
 */
const text = (kind, { value, answer }) => `${kind.short(value)}, to ${answer}`;

/**
 * What the reader has found: for each digit and slider the least that fooled the network while all
 * other sliders were at rest. A digit that is misread as it is counts for nothing.
 */
export function record() {
  /** @type {Map<string, Break>} */
  const found = new Map();
  /** @param {number} number @param {Kind} kind */
  const name = (number, kind) => `${number} ${kind.key}`;
  return {
    /** @param {number} number of the digit @param {Kind} kind */
    best: (number, kind) => found.get(name(number, kind)),
    /**
     * @param {import("../common/examples.js").Example} example
     * @param {import("./change.js").Change} change
     * @param {number} atRest the answer to the digit as it is
     * @param {number} answer the answer now
     * @returns {boolean} whether nothing less has fooled the network so far
     */
    note({ digit, number }, change, atRest, answer) {
      const moved = KINDS.filter((kind) => change[kind.key] !== kind.rest);
      if (moved.length !== 1 || atRest !== digit || answer === digit) return false;
      const [kind] = moved;
      const last = found.get(name(number, kind));
      const value = change[kind.key];
      if (last && size(kind, last.value) <= size(kind, value)) return false;
      found.set(name(number, kind), { value, answer });
      return true;
    },
  };
}

/**
 * How far a value is from rest; of sizes, by ratio: half is as far as twice.
 *
 * @param {Kind} kind
 * @param {number} value
 */
function size({ key, rest }, value) {
  return Math.abs(key === "factor" ? Math.log(value) : value - rest);
}
