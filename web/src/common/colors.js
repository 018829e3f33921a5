/** The one color scale, and pictures of numbers in it. */

import { make, written } from "./page.js";

/** Largest value in size that a squashed unit can have; the scale of all maps ends there. */
export const LARGEST = 1.7159;
const LEVELS = 512;

/**
 * Orange for negative, the color of the page for zero, blue for positive. The colors are those of
 * the style sheet; the scale that is shown is where they are read from.
 */
export class Scale {
  /**
   * @param {string} [least] what stands at its ends
   * @param {string} [most]
   */
  constructor(least = written(-LARGEST), most = `+${LARGEST.toFixed(2)}`) {
    /** One color for each level, as a picture has it in memory. */
    this.colors = new Uint32Array(LEVELS);
    this.last = "";
    this.ends = ["minus", "zero", "plus"].map((end) => make("i", { class: `lc-${end}` }));
    this.element = make(
      "div",
      { class: "lc-scale", role: "img" },
      make("span", {}, least),
      make("span", { class: "lc-bar" }, ...this.ends),
      make("span", {}, most),
    );
    this.element.setAttribute(
      "aria-label",
      `Color scale of all values: orange ${least}, the page's color 0, blue ${most}.`,
    );
  }

  /**
   * Read the colors anew: the page may have turned dark.
   *
   * @returns {boolean} whether they are other ones now
   */
  read() {
    const read = this.ends.map((end) => getComputedStyle(end).backgroundColor);
    if (read.join() === this.last) return false;
    this.last = read.join();
    const [minus, zero, plus] = read.map((color) => (color.match(/[\d.]+/g) ?? []).map(Number));
    const bytes = new Uint8Array(this.colors.buffer);
    for (let level = 0; level < LEVELS; level++) {
      const value = (2 * level) / (LEVELS - 1) - 1;
      const end = value < 0 ? minus : plus;
      for (let channel = 0; channel < 3; channel++) {
        bytes[4 * level + channel] =
          zero[channel] + Math.abs(value) * (end[channel] - zero[channel]);
      }
      bytes[4 * level + 3] = 255;
    }
    return true;
  }

  /**
   * @param {number} value
   * @param {number} largest where the scale ends
   */
  color(value, largest) {
    const level = ((value / largest + 1) * LEVELS) / 2;
    return this.colors[Math.max(0, Math.min(LEVELS - 1, level | 0))];
  }

  /**
   * For style sheets: the color, and black or white, whichever can be read on it.
   *
   * @param {number} value
   * @param {number} largest
   */
  css(value, largest) {
    const color = this.color(value, largest);
    const [red, green, blue] = [color & 255, (color >> 8) & 255, (color >> 16) & 255];
    // Relative luminance; at 0.179 black and white stand out alike.
    const [r, g, b] = [red, green, blue].map((part) =>
      part <= 10 ? part / 3295 : ((part / 255 + 0.055) / 1.055) ** 2.4,
    );
    const light = 0.2126 * r + 0.7152 * g + 0.0722 * b;
    return { background: `rgb(${red} ${green} ${blue})`, color: light > 0.179 ? "#000" : "#fff" };
  }
}

/** A canvas that shows a number as a pixel. What it shows is said by the element around it. */
export class Picture {
  /**
   * @param {Scale} scale
   * @param {number} rows
   * @param {number} columns
   * @param {string} [style] name of a style
   */
  constructor(scale, rows, columns, style = "") {
    this.scale = scale;
    this.element = make("canvas", {
      class: `lc-picture ${style}`,
      width: columns,
      height: rows,
      "aria-hidden": "true",
      style: `aspect-ratio: ${columns} / ${rows}`,
    });
    // Kept in main memory: it is written often, and small.
    this.context = this.element.getContext("2d", { willReadFrequently: true });
    this.image = this.context.createImageData(columns, rows);
    this.pixels = new Uint32Array(this.image.data.buffer);
  }

  /**
   * @param {ArrayLike<number>} values row by row
   * @param {number} [first] where in the values to begin
   * @param {number} [step] from one value to the next
   * @param {number} [largest] where the scale ends
   */
  paint(values, first = 0, step = 1, largest = LARGEST) {
    const { colors } = this.scale;
    const factor = LEVELS / 2 / largest;
    for (let at = 0, from = first; at < this.pixels.length; at++, from += step) {
      const level = values[from] * factor + LEVELS / 2;
      this.pixels[at] = colors[level < 0 ? 0 : level >= LEVELS ? LEVELS - 1 : level | 0];
    }
    this.context.putImageData(this.image, 0, 0);
  }
}

/**
 * The largest value in size, and never 0.
 *
 * @param {ArrayLike<number>} values
 */
export function largestOf(values) {
  let largest = 1e-9;
  for (let at = 0; at < values.length; at++) largest = Math.max(largest, Math.abs(values[at]));
  return largest;
}
