/** Building the page: elements, numbers as text, and the region that speaks. */

/**
 * @param {string} tag
 * @param {Record<string, unknown>} [attributes]
 *   a function listens to the event of that name; false, null and undefined are left out
 * @param {...(Node | string)} children
 * @returns {any} an element
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") {
      element.addEventListener(name, /** @type {EventListener} */ (value));
    } else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, String(value));
  }
  element.append(...children);
  return element;
}

/**
 * A number with so many decimals and a real minus sign; no minus before zero.
 *
 * @param {number} value
 * @param {number} [decimals]
 */
export function written(value, decimals = 2) {
  const text = value.toFixed(decimals);
  return Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−");
}

/**
 * The same, with a plus sign where it is positive.
 *
 * @param {number} value
 * @param {number} [decimals]
 */
export function signed(value, decimals = 2) {
  const text = written(value, decimals);
  return text.startsWith("−") ? text : `+${text}`;
}

/** @param {number} count */
export const thousands = (count) => count.toLocaleString("en-US");

/**
 * Change the text of an element only if it is another one: that is what a page takes time for.
 *
 * @param {Element} element
 * @param {string} text
 */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * A region that screen readers read when it changes; at most one sentence in 1.5 seconds, and
 * always the last one.
 */
export function speaker() {
  const element = make("p", { class: "lc-unseen", "aria-live": "polite" });
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let last = 0;
  /** @param {string | (() => string)} sentence or what makes it when it is time to speak */
  function speak(sentence) {
    clearTimeout(timer);
    // Not at once even after a silence: what it speaks of is drawn with the next frame.
    const wait = Math.max(100, last + 1500 - Date.now());
    timer = setTimeout(() => {
      last = Date.now();
      say(element, typeof sentence === "string" ? sentence : sentence());
    }, wait);
  }
  return { element, speak, stop: () => clearTimeout(timer) };
}

/** Whether the reader has asked the system for less motion. */
export const wantsLessMotion = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/**
 * Call a function whenever the page turns dark or light while it is open.
 *
 * @param {() => void} changed
 * @returns {() => void} what ends it
 */
export function watchTheme(changed) {
  const themes = new MutationObserver(changed);
  for (const element of [document.documentElement, document.body]) {
    themes.observe(element, {
      attributes: true,
      attributeFilter: ["data-theme", "data-jp-theme-light", "class"],
    });
  }
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", changed);
  return () => {
    themes.disconnect();
    dark.removeEventListener("change", changed);
  };
}
