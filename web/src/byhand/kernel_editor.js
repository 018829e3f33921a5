/** The kernel, each of whose numbers can be changed. */

import { largestOf } from "../common/colors.js";
import { make } from "../common/page.js";
import { numbers } from "./numbers.js";

const SIDE = 5;
/** Larger ones do not fit their fields. */
const LIMIT = 99;

/** @param {number} weight */
const short = (weight) => String(Number(weight.toFixed(2))).replace("-", "−");

/**
 * @param {string} text
 * @returns {number} NaN if it is no number that a kernel takes
 */
function parse(text) {
  const plain = text.trim().replace("−", "-").replace(",", ".");
  const number = plain === "" ? NaN : Number(plain);
  return Math.abs(number) <= LIMIT ? number : NaN;
}

/**
 * The arrow keys go from one number to the next, as in a spreadsheet, so that the Tab key need not.
 *
 * @param {import("../common/colors.js").Scale} scale
 * @param {number[]} kernel
 * @param {() => void} changed is called after it has changed the kernel
 */
export function kernelEditor(scale, kernel, changed) {
  const complaint = make("p", { class: "bh-complaint", role: "alert" });
  /** @type {HTMLInputElement[]} */
  const fields = kernel.map((_, at) =>
    make("input", {
      type: "text",
      inputmode: "decimal",
      autocomplete: "off",
      tabindex: at === 0 ? "0" : "-1",
      "aria-label": `Kernel, row ${Math.floor(at / SIDE)}, column ${at % SIDE}`,
      focus: () => {
        fields.forEach((field, other) => (field.tabIndex = other === at ? 0 : -1));
        fields[at].select();
      },
      input: () => {
        const weight = parse(fields[at].value);
        fields[at].toggleAttribute("aria-invalid", Number.isNaN(weight));
        if (Number.isNaN(weight)) return;
        complaint.textContent = "";
        kernel[at] = weight;
        table.update(kernel, largestOf(kernel));
        changed();
      },
      change: () => {
        const { value } = fields[at];
        if (Number.isNaN(parse(value))) {
          complaint.textContent =
            `“${value}” is no number from −${LIMIT} to ${LIMIT}: ` +
            `the kernel keeps ${short(kernel[at])} here.`;
        }
        fields[at].removeAttribute("aria-invalid");
        fields[at].value = short(kernel[at]);
      },
      keydown: (/** @type {KeyboardEvent} */ event) => move(event, at),
    }),
  );
  const table = numbers(scale, "kernel: change any number", SIDE, (at) => fields[at]);

  /** @param {KeyboardEvent} event @param {number} at */
  function move(event, at) {
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -SIDE, ArrowDown: SIDE };
    const step = steps[/** @type {keyof steps} */ (event.key)];
    const { value, selectionStart, selectionEnd } = fields[at];
    const typing = selectionStart !== 0 || selectionEnd !== value.length;
    if (!step || (Math.abs(step) === 1 && typing)) return;
    event.preventDefault();
    fields[at + step]?.focus();
  }

  return {
    element: table.element,
    complaint,
    /** Show what the kernel has become. */
    update() {
      complaint.textContent = "";
      fields.forEach((field, at) => {
        field.value = short(kernel[at]);
      });
      this.recolor();
    },
    recolor: () => table.update(kernel, largestOf(kernel)),
    mark: table.mark,
  };
}
