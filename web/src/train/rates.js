/** Weights, gradients and steps of each layer, in numbers; with SDLM the rates it has found. */

import { make, say } from "../common/page.js";
import { short, typical } from "./flow.js";
import { MU } from "./optimizers.js";

/** @typedef {import("./networks.js").Parameter} Parameter */

/**
 * @param {Parameter[]} parameters
 * @param {boolean} own whether each weight has a rate of its own
 */
export function rates(parameters, own) {
  // Kernels that do not exist are no parameters.
  const places = parameters.map(({ layer, name, values }) => existing(layer, name, values.length));
  const rows = parameters.map(({ layer, name }) => {
    const cells = Array.from({ length: own ? 5 : 2 }, () => make("td", {}));
    const head = make("th", { scope: "row" }, `${layer.name} ${name}`);
    return { cells, element: make("tr", {}, head, ...cells) };
  });
  const heads = ["Layer", "typical value", "typical gradient"];
  if (own) heads.push("smallest rate", "middle", "largest");
  const element = make(
    "div",
    { class: "lc-scroll", tabindex: "0", role: "group", "aria-label": "Parameters of each layer" },
    make(
      "table",
      { class: "th-rates" },
      make(
        "caption",
        {},
        "Parameters of each layer, with their gradients for the watched digit" +
          (own ? " and the rates of SDLM, η / (μ + h), h the second derivative by each" : ""),
      ),
      make(
        "thead",
        {},
        make("tr", {}, ...heads.map((head) => make("th", { scope: "col" }, head))),
      ),
      make("tbody", {}, ...rows.map((row) => row.element)),
    ),
  );
  return {
    element,
    /**
     * @param {number} eta
     * @param {Float32Array | null} curvatures of all parameters in a row; null if not estimated yet
     */
    update(eta, curvatures) {
      let at = 0;
      parameters.forEach(({ values, gradients }, which) => {
        const here = places[which];
        const { cells } = rows[which];
        /** @param {Float32Array} array */
        const of = (array) => typical(here.map((place) => array[place]));
        say(cells[0], short(of(values)));
        say(cells[1], short(of(gradients)));
        if (own) {
          const first = at;
          const found =
            curvatures && here.map((place) => eta / (MU + curvatures[first + place]));
          found?.sort((a, b) => a - b);
          [0, here.length >> 1, here.length - 1].forEach((rank, column) => {
            say(cells[2 + column], found ? short(found[rank]) : "not yet");
          });
        }
        at += values.length;
      });
    },
  };
}

/**
 * @param {import("./networks.js").Layer} layer
 * @param {string} name
 * @param {number} length
 * @returns {number[]} where the parameters that exist are
 */
function existing(layer, name, length) {
  const maps = layer.shape[2];
  const channels = length / layer.size ** 2 / maps;
  const all = Array.from({ length }, (_, at) => at);
  if (name !== "weights") return all;
  return all.filter((at) => layer.reads[at % maps].includes(Math.floor(at / maps) % channels));
}
