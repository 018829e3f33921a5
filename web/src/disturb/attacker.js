/** How the attack is made: how many steps, where to, and with which slope. */

import { make, say, written } from "../common/page.js";

/** As many as chapter 14 takes. */
const STEPS = 20;
const DIVISOR = 50;
/** Of MNIST: an attack leaves the rim of the field as it is. */
const PIXELS = 784;

/** @param {() => void} changed */
export function attacker(changed) {
  let label = 0;
  /** @type {HTMLSelectElement} */
  const steps = make(
    "select",
    { change: changed },
    make("option", { value: STEPS }, `${STEPS} small steps (PGD)`),
    make("option", { value: 1 }, "one step (fast gradient sign)"),
  );
  const aim = make("select", { change: changed });
  const divided = make("input", { type: "checkbox", change: changed });
  const told = make("p", { class: "di-slope" });
  const element = make(
    "div",
    { class: "di-attack", role: "group", "aria-label": "How it attacks" },
    make(
      "div",
      { class: "lc-row" },
      make("label", {}, "In", steps),
      make("label", {}, "aimed", aim),
    ),
    make("label", {}, divided, `Divide the penalties by ${DIVISOR} first: no answer changes`),
    told,
  );

  return {
    element,
    /** @param {number} digit what is attacked */
    aimAt(digit) {
      const kept = aim.value;
      label = digit;
      aim.replaceChildren(
        make("option", { value: "" }, `away from ${digit}`),
        ...Array.from({ length: 10 }, (_, to) => to)
          .filter((to) => to !== digit)
          .map((to) => make("option", { value: to }, `at ${to}`)),
      );
      aim.value = kept === String(digit) ? "" : kept;
    },
    /** @returns {import("./attack.js").Attack} */
    settings: () => ({
      steps: Number(steps.value),
      divisor: divided.checked ? DIVISOR : 1,
      label,
      target: aim.value === "" ? null : Number(aim.value),
    }),
    /**
     * Say what the attacker has to go by.
     *
     * @param {{loss: number, toField: Float32Array}} slope before the attack
     */
    tell({ loss, toField }) {
      const sizes = toField.map(Math.abs);
      const largest = Math.max(...sizes);
      const flat = PIXELS - sizes.filter((size) => size > 0).length;
      say(
        told,
        `Before the attack the loss is ${written(loss)}. ` +
          (flat === PIXELS
            ? "Its slope is 0 in every pixel, as far as 32 bits can tell: the attack has nothing " +
              "to follow, and changes nothing."
            : `Its slope is at most ${power(largest)} in a pixel, and ` +
              `${flat ? `0 in ${flat} of ${PIXELS}` : "nowhere 0"}. What a step follows is its sign.`),
      );
    },
  };
}

const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/**
 * A number with two digits, and a power of ten where it is far from 1.
 *
 * @param {number} value positive
 */
function power(value) {
  const exponent = Math.floor(Math.log10(value));
  if (exponent > -3 && exponent < 4) return String(Number(value.toPrecision(2)));
  const raised = String(Math.abs(exponent)).replace(/\d/g, (figure) => RAISED[Number(figure)]);
  return `${(value / 10 ** exponent).toFixed(1)} × 10${exponent < 0 ? "⁻" : ""}${raised}`;
}
