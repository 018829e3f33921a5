/** All mistakes, small: a list of which one is chosen. */

import { Picture } from "../common/colors.js";
import { make, written } from "../common/page.js";

/** @typedef {import("./cases.js").Case} Case */

/**
 * @param {Case[]} cases
 * @param {import("../common/colors.js").Scale} ink
 * @param {(chosen: Case) => void} choose
 */
export function tiles(cases, ink, choose) {
  /** @type {Case[]} */
  let shown = [];
  const all = new Map(
    cases.map((one) => {
      const picture = new Picture(ink, 28, 28);
      const element = make(
        "div",
        {
          role: "option",
          class: "mi-tile",
          tabindex: "-1",
          "aria-selected": "false",
          click: () => {
            choose(one);
            element.focus();
          },
        },
        picture.element,
        make("span", {}, `${one.label}→${one.answer}`),
      );
      return [one, { element, picture }];
    }),
  );
  const list = make("div", { role: "listbox", class: "mi-tiles", "aria-label": "Mistakes" });
  const none = make("p", { hidden: true });
  const element = make("div", { class: "mi-box" }, list, none);

  list.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    const now = shown.findIndex((one) => tile(one).element === event.target);
    const second = shown.findIndex(
      (one) => tile(one).element.offsetTop > tile(shown[0]).element.offsetTop,
    );
    const columns = second < 0 ? shown.length : second;
    /** @type {Record<string, number>} */
    const to = {
      ArrowRight: now + 1,
      ArrowLeft: now - 1,
      ArrowDown: now + columns,
      ArrowUp: now - columns,
      Home: 0,
      End: shown.length - 1,
    };
    if (!(event.key in to)) return;
    event.preventDefault();
    const next = shown[to[event.key]];
    if (!next) return;
    choose(next);
    tile(next).element.focus();
  });

  /** @param {Case} one @returns {{element: HTMLElement, picture: Picture}} */
  function tile(one) {
    return /** @type {any} */ (all.get(one));
  }

  return {
    element,
    /**
     * @param {Case[]} wanted in this order
     * @param {string} otherwise what to say if there are none
     */
    show(wanted, otherwise) {
      shown = wanted;
      list.replaceChildren(...wanted.map((one) => tile(one).element));
      list.hidden = wanted.length === 0;
      list.classList.toggle("mi-few", wanted.length <= 15);
      none.hidden = wanted.length > 0;
      none.textContent = otherwise;
      element.scrollTop = 0;
    },
    /** @param {Case} chosen the one that the Tab key comes to */
    mark(chosen) {
      for (const [one, { element }] of all) {
        element.setAttribute("aria-selected", String(one === chosen));
        element.tabIndex = one === chosen ? 0 : -1;
      }
    },
    /** @param {number} limit gray out what is rejected */
    reject(limit) {
      for (const [one, { element }] of all) {
        const rejected = one.margin < limit;
        element.classList.toggle("mi-rejected", rejected);
        element.setAttribute(
          "aria-label",
          `A ${one.label}, read as ${one.answer}. Number ${one.number}, margin ` +
            `${written(one.margin, 1)}${rejected ? ", rejected" : ""}.`,
        );
      }
    },
    paint() {
      for (const [one, { picture }] of all) picture.paint(one.pixels, 0, 1, 255);
    },
  };
}
