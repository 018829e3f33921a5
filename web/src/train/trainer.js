/** A network that learns, step by step; it knows nothing of a page. */

import { curvatures } from "./curvature.js";
import { joined, NETWORKS, parametersOf, parted, untrained } from "./networks.js";
import { OPTIMIZERS } from "./optimizers.js";

/** @typedef {import("./digits.js").Digits} Digits */

/**
 * @typedef {object} Settings
 * @property {string} network one of `NETWORKS`
 * @property {string} optimizer one of `OPTIMIZERS`
 * @property {number} rate
 * @property {number} batch digits in a step
 * @property {string} start one of `STARTS`
 * @property {number} seed of the first weights
 */

/**
 * All that a training needs to go on from where it was.
 *
 * @typedef {object} Saved
 * @property {number} seen digits so far
 * @property {number} steps
 * @property {Float32Array} weights
 * @property {Float32Array} state of the optimizer
 */

/** Digits that second derivatives are estimated on before each pass (LeCun et al. 1998, p. 42). */
export const SAMPLES = 500;

export class Trainer {
  /**
   * @param {Settings} settings
   * @param {Digits} digits learned in this order, again and again
   */
  constructor(settings, digits) {
    const { network, optimizer, start, seed } = settings;
    this.settings = settings;
    this.digits = digits;
    this.network = untrained(network, start, seed);
    this.criterion = NETWORKS[network].criterion;
    this.parameters = parametersOf(this.network);
    this.values = this.parameters.map(({ values }) => values);
    this.gradients = this.parameters.map(({ gradients }) => gradients);
    // Of a batch the mean; of a single digit the layers' own.
    this.means = this.gradients.map(({ length }) => new Float32Array(length));
    this.optimizer = OPTIMIZERS[optimizer].make(this.values);
    this.seen = 0;
    this.steps = 0;
  }

  /**
   * Learn a batch.
   *
   * @returns {{count: number, loss: number, wrong: number}} the losses' sum and the wrong answers,
   *   both before the step
   */
  step() {
    const { batch, optimizer, rate } = this.settings;
    if (optimizer === "sdlm" && this.#passBegins(batch)) this.#estimate();
    const share = 1 / batch;
    let loss = 0;
    let wrong = 0;
    if (batch > 1) for (const mean of this.means) mean.fill(0);
    for (let k = 0; k < batch; k++) {
      const place = (this.seen + k) % this.digits.labels.length;
      const [own, answer] = this.#pass(this.digits, place, true);
      loss += own;
      wrong += Number(answer !== this.digits.labels[place]);
      if (batch > 1) {
        this.gradients.forEach((gradient, which) => {
          const mean = this.means[which];
          for (let i = 0; i < mean.length; i++) mean[i] += share * gradient[i];
        });
      }
    }
    this.seen += batch;
    this.steps += 1;
    const gradients = batch > 1 ? this.means : this.gradients;
    this.optimizer.step(this.values, gradients, rate, this.steps);
    return { count: batch, loss, wrong };
  }

  /**
   * @param {Digits} digits that it does not learn from
   * @returns {{loss: number, error: number}} mean loss, and wrong answers in %
   */
  test(digits) {
    const { labels } = digits;
    let loss = 0;
    let wrong = 0;
    labels.forEach((label, place) => {
      const [own, answer] = this.#pass(digits, place, false);
      loss += own;
      wrong += Number(answer !== label);
    });
    return { loss: loss / labels.length, error: (100 * wrong) / labels.length };
  }

  /** @returns {Saved} */
  save() {
    return {
      seen: this.seen,
      steps: this.steps,
      weights: joined(this.values),
      state: joined(this.optimizer.state),
    };
  }

  /** @param {Saved} saved what `save` has returned */
  restore({ seen, steps, weights, state }) {
    this.seen = seen;
    this.steps = steps;
    parted(weights, this.values);
    parted(state, this.optimizer.state);
  }

  /**
   * @param {Digits} digits
   * @param {number} place
   * @param {boolean} backward
   * @returns {[number, number]} loss and answer
   */
  #pass({ pixels, labels }, place, backward) {
    const { network } = this;
    network.forward(network.prepare(pixels.subarray(784 * place, 784 * (place + 1))));
    const last = network.layers[network.layers.length - 1];
    const { value, gradient } = this.criterion(last.sums, labels[place]);
    if (backward) network.backward(gradient, false);
    return [value, network.classify()];
  }

  /** @param {number} batch whether the last batch was of another pass */
  #passBegins(batch) {
    const length = this.digits.labels.length;
    return Math.floor(this.seen / length) > Math.floor((this.seen - batch) / length);
  }

  #estimate() {
    const { pixels, labels } = this.digits;
    const images = Array.from({ length: Math.min(SAMPLES, labels.length) }, (_, place) =>
      this.network.prepare(pixels.subarray(784 * place, 784 * (place + 1))),
    );
    const found = curvatures(this.network, this.criterion, images, labels);
    this.optimizer.state.forEach((h, which) => h.set(found[which]));
  }
}
