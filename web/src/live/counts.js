/** Parameters and connections, layer by layer, up to 60,000 and 340,908. */

import { COUNTS } from "../engine.js";
import { make, thousands } from "../common/page.js";

// How each number comes about (LeCun et al. 1998, pp. 7-9).
const HOW = [
  ["6 × (25 + 1)", "156 × 28×28"],
  ["6 × (1 + 1)", "6 × 14×14 × (4 + 1)"],
  ["60 × 25 + 16", "1,516 × 10×10"],
  ["16 × (1 + 1)", "16 × 5×5 × (4 + 1)"],
  ["120 × (16 × 25 + 1)", "48,120 × 1"],
  ["84 × (120 + 1)", "10,164 × 1"],
  ["the codes are fixed", "10 × 84"],
];

export function counts() {
  let [parameters, connections] = [0, 0];
  const rows = COUNTS.map((layer, at) => {
    parameters += layer.parameters;
    connections += layer.connections;
    const cells = [
      HOW[at][0],
      thousands(layer.parameters),
      thousands(parameters),
      HOW[at][1],
      thousands(layer.connections),
      thousands(connections),
    ];
    return make(
      "tr",
      {},
      make("th", { scope: "row" }, layer.name === "output" ? "Output" : layer.name),
      ...cells.map((text, column) => make("td", { class: column % 3 === 2 && "ll-total" }, text)),
    );
  });
  const head = ["Layer", "Parameters", "", "so far", "Connections", "", "so far"];
  return make(
    "details",
    { class: "ll-counts" },
    make(
      "summary",
      {},
      make("b", {}, thousands(parameters)),
      " parameters, ",
      make("b", {}, thousands(connections)),
      " connections: count them",
    ),
    make(
      "div",
      {
        class: "lc-scroll",
        role: "region",
        tabindex: "0",
        "aria-label": "Parameters and connections",
      },
      make(
        "table",
        {},
        make(
          "thead",
          {},
          make(
            "tr",
            {},
            make("th", { scope: "col" }, head[0]),
            make("th", { scope: "colgroup", colspan: "2" }, head[1]),
            make("th", { scope: "col" }, head[3]),
            make("th", { scope: "colgroup", colspan: "2" }, head[4]),
            make("th", { scope: "col" }, head[6]),
          ),
        ),
        make("tbody", {}, ...rows),
      ),
    ),
  );
}
