/** A slider with its track: what the paper claims, and where the answer changes. */

import { make, say } from "../common/page.js";

/**
 * @param {import("./kinds.js").Kind} kind
 * @param {(value: number) => void} moved
 * @param {...Node} beside what stands in its line
 */
export function slider(kind, moved, ...beside) {
  const { name, min, max, step, rest, claim } = kind;
  const shown = make("span", { class: "di-value" });
  const marks = make("span", { class: "di-marks", "aria-hidden": "true" });
  /** @param {number} value in percent of the track */
  const place = (value) => (100 * (value - min)) / (max - min);
  if (claim) {
    const [from, to] = claim.map(place);
    const band = make("i", { class: "di-claim" });
    band.style.left = `${from}%`;
    band.style.width = `${to - from}%`;
    marks.append(band);
  }
  const middle = make("i", { class: "di-rest" });
  middle.style.left = `${place(rest)}%`;
  const breaks = make("span", {});
  marks.append(middle, breaks);
  /** @type {HTMLInputElement} */
  const input = make("input", {
    type: "range",
    min,
    max,
    step,
    "aria-label": name,
    input: () => {
      set(Number(input.value));
      moved(Number(input.value));
    },
  });

  /** @param {number} value */
  function set(value) {
    if (Number(input.value) !== value) input.value = String(value);
    say(shown, kind.long(value));
    input.setAttribute("aria-valuetext", kind.long(value));
  }

  return {
    element: make(
      "div",
      { class: "di-slider" },
      make("p", { class: "di-name" }, make("b", {}, name), shown, ...beside),
      make("div", { class: "di-track" }, marks, input),
    ),
    set,
    /** @param {import("./breaking.js").Break[] | null} found null while it is searched for */
    mark(found) {
      breaks.classList.toggle("di-stale", found === null);
      if (found === null) return;
      breaks.replaceChildren(
        ...found.map(({ value, answer }) => {
          const mark = make("i", { class: "di-break" }, make("b", {}, String(answer)));
          mark.style.left = `${place(value)}%`;
          return mark;
        }),
      );
    },
  };
}
