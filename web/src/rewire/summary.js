/** What a wiring costs, and what is alike in it. */

import { TABLE_I } from "../engine.js";
import { make, say, signed, thousands } from "../common/page.js";
import { costs, groups, MAPS, readingWords, sourceWords, SOURCES, symmetryWords } from "./wiring.js";

/** The four numbers that stand out. */
export function tiles() {
  const all = ["parameters of C3", "connections of C3", "maps unlike all others", "digits still read right"].map(
    (name) => {
      const number = make("b", {});
      return { number, element: make("p", {}, number, make("span", {}, name)) };
    },
  );
  return {
    element: make("div", { class: "rw-tiles" }, ...all.map(({ element }) => element)),
    /**
     * @param {import("./wiring.js").Wiring} wiring
     * @param {string} right how many digits are
     */
    update(wiring, right) {
      const { c3 } = costs(wiring);
      const alone = groups(wiring).filter((group) => group.length === 1).length;
      const texts = [
        thousands(c3.parameters),
        thousands(c3.connections),
        `${alone} of ${MAPS}`,
        right,
      ];
      all.forEach(({ number }, at) => say(number, texts[at]));
    },
  };
}

/** @type {{key: keyof import("./wiring.js").Costs, name: string}[]} */
const ROWS = [
  { key: "parameters", name: "parameters" },
  { key: "connections", name: "connections" },
  { key: "products", name: "multiply-accumulates" },
];

/** How the numbers come about, and those of the whole network. */
export function costTable() {
  const sum = make("p", {});
  const rows = ROWS.map(({ key, name }) => {
    const cells = Array.from({ length: 3 }, () => make("td", {}));
    return { key, cells, row: make("tr", {}, make("th", { scope: "row" }, name), ...cells) };
  });
  const heads = ["", "C3", "network", "to Table I"].map((text) =>
    text ? make("th", { scope: "col" }, text) : make("td", {}),
  );
  const element = make(
    "section",
    { "aria-label": "Cost", class: "rw-panel" },
    make("p", { class: "rw-title" }, "Cost"),
    sum,
    make(
      "table",
      { class: "rw-costs" },
      make("thead", {}, make("tr", {}, ...heads)),
      make("tbody", {}, ...rows.map(({ row }) => row)),
    ),
    make(
      "p",
      { class: "rw-small" },
      "For one digit; multiply-accumulates without those of subsampling.",
    ),
  );
  const usual = costs(TABLE_I);
  return {
    element,
    /** @param {import("./wiring.js").Wiring} wiring */
    update(wiring) {
      const { kernels, c3, network } = costs(wiring);
      say(
        sum,
        `${kernels} of ${SOURCES * MAPS} kernels: ${kernels} × 25 weights and ${MAPS} biases are ` +
          `${thousands(c3.parameters)} trainable parameters. Each is used in 100 places.`,
      );
      for (const { key, cells } of rows) {
        const more = c3[key] - usual.c3[key];
        say(cells[0], thousands(c3[key]));
        say(cells[1], thousands(network[key]));
        say(cells[2], more === 0 ? "0" : `${signed(more, 0)[0]}${thousands(Math.abs(more))}`);
      }
    },
  };
}

/** Which maps are alike. */
export function symmetry() {
  const texts = Array.from({ length: 3 }, () => make("p", {}));
  return {
    element: make(
      "section",
      { "aria-label": "Symmetry", class: "rw-panel" },
      make("p", { class: "rw-title" }, "Symmetry"),
      ...texts,
    ),
    /** @param {import("./wiring.js").Wiring} wiring */
    update(wiring) {
      [symmetryWords(wiring), readingWords(wiring), sourceWords(wiring)].forEach((words, at) =>
        say(texts[at], words),
      );
    },
  };
}
