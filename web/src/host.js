/**
 * The host of the components in the book: a plain script, loaded by each page that has one.
 *
 * A component is an element `<div class="component" data-component="NAME">` that holds its figure;
 * `data-weights="FILE"` names a network's weights, `data-values` holds what it shows, as JSON. Its
 * bundle and all its files are beside this script, and nothing of them is loaded before the element
 * comes near the view.
 */

import { explain } from "./guard.js";

// Only while a script runs does the browser know which one it is.
const here = /** @type {HTMLScriptElement} */ (document.currentScript).src;

/** @param {string} name */
const address = (name) => new URL(name, here).href;

/** @param {HTMLElement} el */
async function start(el) {
  const { component, weights, values: written } = el.dataset;
  try {
    const [bundle, bytes] = await Promise.all([
      import(address(`${component}.js`)).catch(() => {
        throw new Error(unreachable("program"));
      }),
      weights ? load(`${weights}.f16`, "network's weights") : new ArrayBuffer(0),
    ]);
    const values = {
      figure: el.innerHTML,
      weights: new DataView(bytes),
      values: JSON.parse(written ?? "{}"),
    };
    const model = { get: (/** @type {keyof typeof values} */ name) => values[name] };
    await bundle.default.render({ model, el, load: (/** @type {string} */ file) => load(file) });
  } catch (error) {
    explain(el, error);
  }
}

/**
 * @param {string} file
 * @param {string} [what] for the message
 */
async function load(file, what = `file ${file}`) {
  const response = await fetch(address(file)).catch(() => null);
  if (!response?.ok) throw new Error(unreachable(what));
  return response.arrayBuffer();
}

/** @param {string} what */
function unreachable(what) {
  return `Its ${what} could not be loaded. It needs a web server and a connection to it; to try again, reload the page.`;
}

const observer = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      observer.unobserve(target);
      start(/** @type {HTMLElement} */ (target));
    }
  },
  { rootMargin: "200px" },
);
document.querySelectorAll(".component").forEach((el) => observer.observe(el));
