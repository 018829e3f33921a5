/** A tour through the network, in eight steps. */

import { make, say, wantsLessMotion } from "../common/page.js";

/**
 * @typedef {object} Stop
 * @property {string} title
 * @property {string} text
 * @property {() => HTMLElement} show brings the page where it belongs, and returns what to look at
 */

/**
 * @param {Stop[]} stops
 * @param {HTMLElement} root of the component
 */
export function tour(stops, root) {
  let at = 0;
  const title = make("p", { class: "ll-title", tabindex: "-1" });
  const text = make("p", {});
  const back = make("button", { type: "button", click: () => go(at - 1) }, "Back");
  const next = make(
    "button",
    { type: "button", class: "lc-main", click: () => go(at + 1) },
    "Next",
  );
  const end = make("button", { type: "button", click: leave }, "End the tour");
  const element = make(
    "div",
    { class: "ll-tour", role: "group", "aria-label": "Tour", hidden: true },
    title,
    text,
    make("div", { class: "lc-row" }, back, next, end),
  );
  element.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    leave();
  });
  const start = make("button", { type: "button", click: () => go(0) }, "Take the tour");

  function unlit() {
    root.querySelector(".ll-look")?.classList.remove("ll-look");
  }

  /** @param {number} to */
  function go(to) {
    if (to >= stops.length) return leave();
    at = Math.max(0, to);
    element.hidden = false;
    unlit();
    const look = stops[at].show();
    look.classList.add("ll-look");
    say(title, `${at + 1} of ${stops.length}: ${stops[at].title}`);
    say(text, stops[at].text);
    back.disabled = at === 0;
    say(next, at === stops.length - 1 ? "Done" : "Next");
    end.hidden = at === stops.length - 1;
    title.focus({ preventScroll: true });
    const behavior = wantsLessMotion() ? "auto" : "smooth";
    // In a window too low for both, the words are what the reader must not lose.
    if (getComputedStyle(element).position !== "sticky") {
      element.scrollIntoView({ block: "nearest", behavior });
      return;
    }
    const tall = look.offsetHeight > innerHeight / 2;
    look.scrollIntoView({ block: tall ? "start" : "center", behavior });
  }

  function leave() {
    unlit();
    element.hidden = true;
    start.focus();
  }

  return { element, start };
}
