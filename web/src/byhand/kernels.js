/** The kernels of chapters 03 and 04, and those that LeNet-5 has learned. */

const PLACES = Array.from({ length: 25 }, (_, at) => [Math.floor(at / 5) - 2, (at % 5) - 2]);

/** @param {(down: number, across: number) => number} weight for a place, from -2 to 2 */
const kernel = (weight) => PLACES.map(([down, across]) => weight(down, across));

/** Chapter 03, "Six kernels by hand". @type {Record<string, number[]>} */
export const HAND_MADE = {
  "left edge": kernel((_, across) => Math.sign(across)),
  "upper edge": kernel((down) => Math.sign(down)),
  "falling edge": kernel((down, across) => Math.sign(down - across)),
  "rising edge": kernel((down, across) => Math.sign(down + across)),
  blob: kernel((down, across) => (Math.abs(down) < 2 && Math.abs(across) < 2 ? 16 / 9 : -1)),
  average: kernel(() => 1 / 25),
};

/**
 * A map of C1 and what S2 has learned for it.
 *
 * @typedef {object} C1Map
 * @property {number[]} kernel
 * @property {number} bias
 * @property {number} [coefficient] of S2, where it is learned
 * @property {number} [offset] the bias of S2, where it is learned
 */

const SIDES = ["left", "upper left", "upper right", "right", "lower right", "lower left"];

/** Chapter 04: edges that face six directions, 60 degrees apart. @type {Record<string, C1Map>} */
export const FACING = Object.fromEntries(
  SIDES.map((side, map) => {
    const angle = (map * Math.PI) / 3;
    const weights = kernel(
      (down, across) =>
        (across * Math.cos(angle) + down * Math.sin(angle)) *
        Math.exp(-(down ** 2 + across ** 2) / 4),
    );
    const size = weights.reduce((sum, weight) => sum + Math.abs(weight), 0);
    return [
      `${side} sides of strokes`,
      { kernel: weights.map((weight) => (8 * weight) / size), bias: -1 },
    ];
  }),
);

/**
 * Check what the notebook has sent: nothing, or maps of C1 that LeNet-5 has learned.
 *
 * @param {any} values
 * @param {string[]} scalars the numbers that each must have beside its kernel
 * @returns {any[]}
 */
export function learnedFrom(values, scalars = []) {
  const learned = values?.learned ?? [];
  if (!Array.isArray(learned)) throw new Error("The learned kernels are no list.");
  learned.forEach((map, at) => {
    const weights = scalars.length ? map?.kernel : map;
    if (!Array.isArray(weights) || weights.length !== 25) {
      throw new Error(
        `Kernel ${at} has ${weights?.length ?? "no"} weights, expected 25: 5 rows of 5.`,
      );
    }
    for (const number of [...weights, ...scalars.map((name) => map[name])]) {
      if (!Number.isFinite(number)) {
        throw new Error(`Kernel ${at} holds ${number}, expected finite numbers only.`);
      }
    }
  });
  return learned;
}
