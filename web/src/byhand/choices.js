/** What a list has to choose from. */

import { make } from "../common/page.js";

/** @param {string[]} names */
export const options = (names) => names.map((name) => make("option", { value: name }, name));

/** @param {Record<string, string[]>} named groups of options; empty ones are left out */
export const groups = (named) =>
  Object.entries(named)
    .filter(([, names]) => names.length > 0)
    .map(([label, names]) => make("optgroup", { label }, ...options(names)));
