/** The pad: draw with pen, finger or mouse, or with the keyboard. */

import { Picture } from "../common/colors.js";
import { GRAIN, Ink, SIDE } from "./ink.js";
import { make } from "../common/page.js";

const STEPS = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/**
 * @param {import("../common/colors.js").Scale} scale
 * @param {(what: "stroke" | "end" | "clear" | "change" | "cursor", words?: string) => void} changed
 *   is called after every change, with words for those who do not see it
 */
export function pad(scale, changed) {
  const ink = new Ink();
  const picture = new Picture(scale, SIDE, SIDE, "ll-ink");
  const hint = make("span", { class: "ll-hint", "aria-hidden": "true" }, "Draw a digit here");
  const cursor = make("span", { class: "ll-cursor", hidden: true });
  const box = make("span", { class: "ll-box", hidden: true });
  const surface = make(
    "div",
    {
      class: "ll-surface",
      role: "application",
      tabindex: "0",
      "aria-roledescription": "drawing pad",
      "aria-label":
        "Draw a digit: arrow keys move the pen, Space puts it down and lifts it, Delete clears.",
    },
    picture.element,
    box,
    hint,
    cursor,
  );
  /** @type {"pen" | "eraser"} */
  let tool = "pen";
  /** @type {number[] | null} */
  let last = null;
  let [x, y, down] = [SIDE / 2, SIDE / 2, false];
  // The digit shown first is an invitation: the first stroke takes its place.
  let inviting = true;

  const place = (/** @type {PointerEvent} */ event) => {
    const frame = surface.getBoundingClientRect();
    const inner = surface.clientWidth;
    return [
      ((event.clientX - frame.left - surface.clientLeft) / inner) * SIDE,
      ((event.clientY - frame.top - surface.clientTop) / inner) * SIDE,
    ];
  };

  /** @param {number[]} to */
  function draw(to) {
    const [fromX, fromY] = last ?? to;
    ink.stroke(tool, fromX, fromY, to[0], to[1]);
    last = to;
    changed("stroke");
  }

  function begin() {
    if (inviting && tool === "pen") {
      ink.clear();
      changed("clear");
    }
    inviting = false;
  }

  surface.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
    if (event.button !== 0) return;
    surface.setPointerCapture(event.pointerId);
    begin();
    draw(place(event));
  });
  surface.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => {
    if (last === null || !surface.hasPointerCapture(event.pointerId)) return;
    const points = event.getCoalescedEvents?.() ?? [];
    for (const point of points.length ? points : [event]) draw(place(point));
  });
  for (const end of ["pointerup", "pointercancel"]) {
    surface.addEventListener(end, () => {
      if (last === null) return;
      last = null;
      changed("end");
    });
  }
  surface.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = STEPS[/** @type {keyof STEPS} */ (event.key)];
    if (step) {
      const stride = GRAIN * (event.shiftKey ? 4 : 1);
      const limit = (/** @type {number} */ value) => Math.min(SIDE - GRAIN, Math.max(GRAIN, value));
      const from = [x, y];
      [x, y] = [limit(x + step[0] * stride), limit(y + step[1] * stride)];
      if (down) {
        last = from;
        draw([x, y]);
        last = null;
        changed("end");
      } else
        changed(
          "cursor",
          `pen at row ${Math.round(y / GRAIN)}, column ${Math.round(x / GRAIN)} of 28`,
        );
    } else if (event.key === " ") {
      down = !down;
      if (down) {
        begin();
        draw([x, y]);
        last = null;
      }
      changed("cursor", down ? `${tool} down` : `${tool} lifted`);
    } else if (event.key === "Delete" || event.key === "Backspace") clear();
    else return;
    event.preventDefault();
    showCursor();
  });
  surface.addEventListener("focus", showCursor);
  surface.addEventListener("blur", () => {
    cursor.hidden = true;
    down = false;
  });

  function showCursor() {
    cursor.hidden = !surface.matches(":focus-visible");
    cursor.style.left = `${(100 * x) / SIDE}%`;
    cursor.style.top = `${(100 * y) / SIDE}%`;
    cursor.classList.toggle("ll-down", down);
  }

  function clear() {
    ink.clear();
    inviting = false;
    changed("clear", "pad cleared");
  }

  /** @param {Record<string, number>} change @param {string} words */
  const change = (change, words) => () => {
    inviting = false;
    ink.change(change);
    changed("change", words);
  };
  /** @type {(text: string, words: string, act: () => void) => HTMLButtonElement} */
  const button = (text, words, act) =>
    make("button", { type: "button", "aria-label": words, title: words, click: act }, text);

  /** @type {HTMLButtonElement[]} */
  const tools = /** @type {const} */ (["pen", "eraser"]).map((name) =>
    make(
      "button",
      {
        type: "button",
        "aria-pressed": String(name === tool),
        click: () => {
          tool = name;
          tools.forEach((one, index) =>
            one.setAttribute("aria-pressed", String((index === 0) === (name === "pen"))),
          );
        },
      },
      name === "pen" ? "Pen" : "Eraser",
    ),
  );

  const controls = make(
    "div",
    { class: "ll-tools" },
    make(
      "div",
      { class: "lc-row", role: "group", "aria-label": "Tool" },
      ...tools,
      make("button", { type: "button", click: clear }, "Clear"),
    ),
    make(
      "div",
      { class: "lc-row ll-changes", role: "group", "aria-label": "Change the ink" },
      button("←", "Move left", change({ right: -1 }, "moved left")),
      button("→", "Move right", change({ right: 1 }, "moved right")),
      button("↑", "Move up", change({ down: -1 }, "moved up")),
      button("↓", "Move down", change({ down: 1 }, "moved down")),
      button("↺", "Turn left by 10 degrees", change({ degrees: -10 }, "turned left")),
      button("↻", "Turn right by 10 degrees", change({ degrees: 10 }, "turned right")),
      button("+", "Thicker", change({ thickness: 2 }, "thicker")),
      button("−", "Thinner", change({ thickness: -2 }, "thinner")),
    ),
  );

  return {
    surface,
    controls,
    pixels: ink.pixels,
    /**
     * @param {ArrayLike<number>} digit 28 x 28 gray levels
     * @param {boolean} [invite] whether the first stroke takes its place
     */
    show(digit, invite = false) {
      ink.show(digit);
      inviting = invite;
    },
    clear,
    /**
     * Paint the ink, and the box around it.
     *
     * @param {import("./preparation.js").Prepared["box"]} around
     */
    update(around) {
      picture.paint(ink.pixels, 0, 1, 255);
      hint.hidden = around !== null && !inviting;
      box.hidden = around === null;
      if (around === null) return;
      box.style.left = `${(100 * around.left) / SIDE}%`;
      box.style.top = `${(100 * around.top) / SIDE}%`;
      box.style.width = `${(100 * around.width) / SIDE}%`;
      box.style.height = `${(100 * around.height) / SIDE}%`;
    },
  };
}
