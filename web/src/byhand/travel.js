/** Where the window is and which units it has computed: steps, and a run that can be paused. */

import { make, say, wantsLessMotion } from "../common/page.js";

/** Down and across. @type {Record<string, [number, number]>} */
const STEPS = {
  ArrowLeft: [0, -1],
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowRight: [0, 1],
};
const MILLISECONDS = 60;

/**
 * @param {(why: "moved" | "running" | "stopped") => void} changed
 * @param {...HTMLButtonElement} more buttons
 */
export function travel(changed, ...more) {
  let [row, column, side] = [0, 0, 1];
  /** 1 for each unit that the map shows. */
  let filled = new Uint8Array(1);
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let timer;

  /** @type {(text: string, act: () => void, words?: string) => HTMLButtonElement} */
  const button = (text, act, words) =>
    make("button", { type: "button", "aria-label": words, title: words, click: act }, text);
  const run = button("Run", toggle);
  run.hidden = wantsLessMotion();
  const element = make(
    "div",
    { class: "lc-row bh-travel", role: "group", "aria-label": "The window" },
    button("←", () => step("ArrowLeft"), "Window to the left"),
    button("↑", () => step("ArrowUp"), "Window up"),
    button("↓", () => step("ArrowDown"), "Window down"),
    button("→", () => step("ArrowRight"), "Window to the right"),
    button("Empty the map", startOver),
    button("Next unit", () => (stop(), next(), changed("moved"))),
    run,
    button("Fill the map", () => (stop(), filled.fill(1), changed("moved"))),
    ...more,
  );

  /** @param {number} toRow @param {number} toColumn */
  function put(toRow, toColumn) {
    const limit = (/** @type {number} */ to) => Math.max(0, Math.min(side - 1, to));
    [row, column] = [limit(toRow), limit(toColumn)];
    filled[row * side + column] = 1;
  }

  /** @param {number} toRow @param {number} toColumn */
  function go(toRow, toColumn) {
    const [before, beside] = [row, column];
    put(toRow, toColumn);
    if (timer === undefined && row === before && column === beside) return;
    stop();
    changed("moved");
  }

  /** @param {string} key */
  function step(key) {
    go(row + STEPS[key][0], column + STEPS[key][1]);
  }

  function startOver() {
    stop();
    filled.fill(0);
    put(0, 0);
    changed("moved");
  }

  /** From the last unit it is the first one again. */
  function next() {
    const at = (row * side + column + 1) % (side * side);
    put(Math.floor(at / side), at % side);
  }

  function toggle() {
    if (timer !== undefined) {
      stop();
      changed("stopped");
      return;
    }
    if (filled.every(Boolean)) startOver();
    say(run, "Pause");
    timer = setInterval(() => {
      if (!element.isConnected) return stop();
      next();
      const last = row === side - 1 && column === side - 1;
      if (last) stop();
      changed(last ? "stopped" : "running");
    }, MILLISECONDS);
  }

  function stop() {
    clearInterval(timer);
    timer = undefined;
    say(run, "Run");
  }

  return {
    element,
    place: () => ({ row, column }),
    filled: () => filled,
    go,
    stop,
    /**
     * The arrow keys on a board move the window; Home and End bring it to the first and last place.
     *
     * @param {KeyboardEvent} event
     */
    keydown(event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key in STEPS) step(event.key);
      else if (event.key === "Home") go(0, 0);
      else if (event.key === "End") go(side - 1, side - 1);
      else return;
      event.preventDefault();
    },
    /**
     * The map has another size, and is whole again.
     *
     * @param {number} to
     */
    resize(to) {
      stop();
      const scaled = (/** @type {number} */ at) => Math.round(((at + 0.5) * to) / side - 0.5);
      const [toRow, toColumn] = [scaled(row), scaled(column)];
      side = to;
      filled = new Uint8Array(side * side).fill(1);
      put(toRow, toColumn);
    },
  };
}
