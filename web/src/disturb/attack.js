/**
 * Attacks on the network of 1998, as `lenet_course.robustness` makes them: along the sign of the
 * slope of the cross-entropy of a softmax over minus the penalties.
 */

import { RIM, SIDE, moved, noisy } from "./change.js";

/**
 * @typedef {object} Attack
 * @property {number} steps 1 for the fast gradient sign method, more for projected gradient descent
 * @property {number} divisor of the scores: it changes no answer, but the size of the slope
 * @property {number} label the digit, away from which it goes
 * @property {number | null} target the class that it goes to instead
 */

const [PAPER, INK] = [-0.1, 1.175];
// Below this, numbers of 32 bits lose digits, and TensorFlow takes them for 0.
const SMALLEST = 2 ** -126;

/**
 * Read a field.
 *
 * @param {import("../engine.js").Network} network
 * @param {Float32Array} field
 * @returns {Float32Array} the ten penalties; the array is that of the network
 */
export function read(network, field) {
  return network.forward(field.map((value) => value * (INK - PAPER) + PAPER));
}

/**
 * The loss and its slope by each of MNIST's pixels, in 32 bits, as chapter 14 computes them: it is
 * their few digits that a slope can be lost in.
 *
 * @param {import("../engine.js").Network} network
 * @param {Float32Array} field
 * @param {number} label of the class whose loss it is
 * @param {number} divisor
 */
export function slope(network, field, label, divisor) {
  const penalties = read(network, field);
  const least = Math.min(...penalties);
  const shares = penalties.map((y) => normal(Math.exp(-(y - least) / divisor)));
  const total = shares.reduce((sum, share) => sum + share, 0);
  const loss = Math.log(total) + (penalties[label] - least) / divisor;
  // One minus nearly one is 0 in 32 bits, where a share has no more than 24 of them.
  const gradient = shares.map(
    (share, digit) => -normal(Math.fround(share / total) - Number(digit === label)) / divisor,
  );
  const toImage = network.backward(gradient);
  const toField = new Float32Array(field.length);
  for (let row = RIM; row < SIDE - RIM; row++) {
    for (let column = RIM; column < SIDE - RIM; column++) {
      const pixel = row * SIDE + column;
      toField[pixel] = normal(toImage[pixel] * (INK - PAPER));
    }
  }
  return { loss, toField };
}

/** @param {number} value */
const normal = (value) => (Math.abs(value) < SMALLEST ? 0 : value);

/**
 * Change each of MNIST's pixels by at most epsilon, and within 0 and 1.
 *
 * @param {import("../engine.js").Network} network
 * @param {Float32Array} field
 * @param {number} epsilon
 * @param {Attack} attack
 */
export function attacked(network, field, epsilon, { steps, divisor, label, target }) {
  const near = field.slice();
  if (epsilon === 0) return near;
  const length = epsilon * Math.min(1, 2.5 / steps) * (target === null ? 1 : -1);
  for (let step = 0; step < steps; step++) {
    const { toField } = slope(network, near, target ?? label, divisor);
    for (let pixel = 0; pixel < near.length; pixel++) {
      const [low, high] = [Math.max(field[pixel] - epsilon, 0), Math.min(field[pixel] + epsilon, 1)];
      const further = near[pixel] + length * Math.sign(toField[pixel]);
      near[pixel] = Math.min(high, Math.max(low, further));
    }
  }
  return near;
}

/**
 * All that happens to a digit: it is moved, then noise comes in, then the attack.
 *
 * @param {import("../engine.js").Network} network
 * @param {Float32Array} digit in its field
 * @param {import("./change.js").Change} change
 * @param {Float64Array} drawn what `lots` has given
 * @param {Attack} attack
 */
export function disturbed(network, digit, change, drawn, attack) {
  const before = noisy(moved(digit, change), change.noise, drawn);
  return { before, field: attacked(network, before, change.epsilon, attack) };
}
