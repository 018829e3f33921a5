/** The table to press: maps of S2 on the left, kernels, maps of C3 below. */

import { largestOf, Picture } from "../common/colors.js";
import { make, say, written } from "../common/page.js";
import { arrows } from "./arrows.js";
import { C3, isTrained, S2 } from "./cutting.js";
import { groups, listed, MAPS, readBy, readersOf, SOURCES } from "./wiring.js";

const HINT =
  "Press a place to cut a connection or to make one, a number at the edge to cut its row or " +
  "column. Arrow keys move, Space presses.";

/**
 * @param {import("../engine.js").Network} network
 * @param {ReturnType<typeof import("./cutting.js").cutting>} cut
 * @param {import("../common/colors.js").Scale} scale
 * @param {object} does
 * @param {(source: number, map: number) => void} does.toggle
 * @param {(source: number) => void} does.row what happens where the number of a row is pressed
 * @param {(map: number) => void} does.column
 */
export function grid(network, cut, scale, does) {
  const about = make("p", { class: "rw-about" }, HINT);
  const element = make("div", {
    class: "rw-grid",
    role: "grid",
    "aria-label": "Which map of C3 (column) reads which map of S2 (row)",
  });

  const columns = Array.from({ length: MAPS }, (_, map) => {
    const button = make(
      "button",
      { type: "button", class: "rw-edge", click: () => does.column(map) },
      String(map),
    );
    const count = make("span", {});
    const twins = make("b", {});
    const picture = new Picture(scale, 10, 10);
    // What it says is in the label of the button above.
    const foot = make(
      "div",
      { class: "rw-foot", "aria-hidden": "true", style: at(8, map) },
      picture.element,
      make("p", {}, count, twins),
    );
    return { button, count, twins, picture, foot };
  });

  const rows = Array.from({ length: SOURCES }, (_, source) => {
    const picture = new Picture(scale, 14, 14);
    const button = make(
      "button",
      { type: "button", class: "rw-edge rw-source", click: () => does.row(source) },
      make("span", {}, String(source)),
      picture.element,
    );
    const count = make("span", { class: "rw-count", "aria-hidden": "true", style: `--row: ${source + 2}` });
    // The second half of a narrow page has the numbers of the rows too.
    const again = make("span", { class: "rw-again", "aria-hidden": "true", style: `--row: ${source + 2}` });
    again.textContent = String(source);
    const cells = Array.from({ length: MAPS }, (_, map) => cell(source, map));
    return { button, picture, count, again, cells };
  });

  /** @param {number} source @param {number} map */
  function cell(source, map) {
    const trained = isTrained(source, map);
    const kernel = trained ? cut.kernel(source, map) : null;
    const picture = kernel ? new Picture(scale, 5, 5) : null;
    const box = make("input", {
      type: "checkbox",
      "aria-label":
        `Map ${map} of C3 reads map ${source} of S2` + (trained ? "" : " (not in Table I)"),
      change: () => does.toggle(source, map),
    });
    const mark = make("span", { "aria-hidden": "true" });
    const frame = make(
      "div",
      { role: "gridcell", class: "rw-cell", style: at(source + 2, map) },
      ...(picture ? [picture.element] : []),
      mark,
      box,
    );
    const point = () => tell(source, map);
    frame.addEventListener("pointerenter", point);
    box.addEventListener("focus", point);
    return { box, frame, mark, kernel, picture, trained };
  }

  // All kernels on one scale, so that weak ones look weak.
  const largest = Math.max(
    ...rows.flatMap(({ cells }) => cells.map(({ kernel }) => (kernel ? largestOf(kernel) : 0))),
  );

  element.append(
    make(
      "div",
      { role: "row", class: "rw-line" },
      make("span", { role: "columnheader", class: "rw-corner" }, make("span", {}, "S2\u00a0\\\u00a0C3")),
      ...columns.map(({ button }, map) =>
        make("div", { role: "columnheader", class: "rw-top", style: at(1, map) }, button),
      ),
    ),
    ...rows.map(({ button, cells }, source) =>
      make(
        "div",
        { role: "row", class: "rw-line" },
        make("div", { role: "rowheader", class: "rw-side", style: `--row: ${source + 2}` }, button),
        ...cells.map(({ frame }) => frame),
      ),
    ),
    ...rows.flatMap(({ count, again }) => [count, again]),
    ...columns.map(({ foot }) => foot),
  );
  arrows(
    element,
    [
      [null, ...columns.map(({ button }) => button)],
      ...rows.map(({ button, cells }) => [button, ...cells.map(({ box }) => box)]),
    ],
    rows[0].cells[0].box,
  );

  /** @type {[number, number] | null} */
  let pointed = null;
  /** @param {number} source @param {number} map */
  function tell(source, map) {
    light(false);
    pointed = [source, map];
    light(true);
    const { box, kernel } = rows[source].cells[map];
    const who = `Map ${map} of C3, map ${source} of S2: `;
    if (kernel === null) {
      const state = box.checked ? "connected, with a kernel of 0" : "not connected";
      say(about, `${who}${state}. Table I has no kernel here, so none was trained.`);
      return;
    }
    const [least, most] = [Math.min(...kernel), Math.max(...kernel)];
    say(
      about,
      `${who}${box.checked ? "connected" : "cut"}. Its 25 trained weights are between ` +
        `${written(least)} and ${written(most)}.`,
    );
  }
  /** @param {boolean} on */
  function light(on) {
    if (pointed === null) return;
    rows[pointed[0]].button.classList.toggle("rw-lit", on);
    columns[pointed[1]].button.classList.toggle("rw-lit", on);
  }
  element.addEventListener("pointerleave", () => {
    light(false);
    pointed = null;
    say(about, HINT);
  });

  return {
    element: make("div", { class: "rw-table" }, element, about),
    /** Where the scale of the kernels ends. */
    largest,
    /** @param {import("./wiring.js").Wiring} wiring */
    update(wiring) {
      rows.forEach(({ cells, button, count }, source) => {
        cells.forEach(({ box, frame, mark, trained }, map) => {
          const on = wiring[source][map] === 1;
          box.checked = on;
          frame.classList.toggle("rw-on", on);
          say(mark, trained ? (on ? "" : "✕") : on ? "0" : "");
        });
        const readers = readersOf(wiring, source).length;
        say(count, String(readers));
        const now = readers ? "Cut all." : "Connect as in Table I.";
        button.setAttribute("aria-label", `Map ${source} of S2, read by ${readers}. ${now}`);
      });
      const alike = groups(wiring).filter((group) => group.length > 1);
      columns.forEach(({ button, count, twins }, map) => {
        const reads = readBy(wiring, map);
        const group = alike.findIndex((one) => one.includes(map));
        say(count, String(reads.length));
        say(twins, group < 0 ? "" : String.fromCharCode(65 + group));
        const like =
          group < 0 ? "" : ` Alike: ${listed(alike[group].filter((other) => other !== map))}.`;
        const now = reads.length ? "Cut all." : "Connect as in Table I.";
        button.setAttribute(
          "aria-label",
          `Map ${map} of C3 reads ${listed(reads) || "nothing"}.${like} ${now}`,
        );
      });
      if (pointed) tell(...pointed);
    },
    /** Paint the maps of the digit that was read last, and the kernels. */
    paint() {
      rows.forEach(({ picture, cells }, source) => {
        picture.paint(network.layers[S2].output, source, SOURCES);
        for (const { picture: small, kernel } of cells) {
          if (small && kernel) small.paint(kernel, 0, 1, largest);
        }
      });
      columns.forEach(({ picture }, map) => {
        picture.paint(network.layers[C3].output, map, MAPS);
      });
    },
  };
}

/**
 * Where something stands: on a narrow page maps 8 to 15 are below the others.
 *
 * @param {number} row
 * @param {number} map
 */
function at(row, map) {
  const half = MAPS / 2;
  return `--row: ${row}; --column: ${map + 2}; --half: ${Math.floor(map / half)}; --narrow: ${(map % half) + 2}`;
}
