/** What there is to choose from, and the words for it. */

import { NETWORKS, STARTS } from "./networks.js";
import { OPTIMIZERS } from "./optimizers.js";
import { make } from "../common/page.js";

/** @typedef {import("./trainer.js").Settings} Settings */

/**
 * Learning rates to choose from, from too small to too large, and the one to begin with.
 *
 * @type {Record<string, Record<string, {rates: number[], first: number}>>}
 */
export const RATES = {
  lenet5_1998: {
    descent: { rates: [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03], first: 0.001 },
    momentum: { rates: [0.00001, 0.00003, 0.0001, 0.0003, 0.001, 0.003], first: 0.0001 },
    adam: { rates: [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03], first: 0.001 },
    sdlm: { rates: [0.000002, 0.000007, 0.00002, 0.00007, 0.0002, 0.0005], first: 0.00002 },
  },
  lenet5_tutorial: {
    descent: { rates: [0.001, 0.01, 0.03, 0.1, 0.3, 1], first: 0.1 },
    momentum: { rates: [0.001, 0.003, 0.01, 0.03, 0.1, 1], first: 0.03 },
    adam: { rates: [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1], first: 0.003 },
    sdlm: { rates: [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.1], first: 0.001 },
  },
};

/**
 * The settings that a network begins with when it is chosen.
 *
 * @param {string} network
 * @returns {Settings}
 */
export function first(network) {
  const own =
    network === "lenet5_1998" ? { batch: 1, start: "fanIn" } : { batch: 32, start: "glorot" };
  const rate = RATES[network].descent.first;
  return { network, optimizer: "descent", rate, seed: 1, ...own };
}

const BATCHES = [1, 8, 32, 128];

/**
 * The settings, as a row of lists to choose from.
 *
 * @param {() => void} changed
 */
export function choices(changed) {
  const settings = first("lenet5_1998");

  const network = list("Network", named(NETWORKS), (value) => {
    Object.assign(settings, first(value));
    offerRates();
  });
  const optimizer = list("Optimizer", named(OPTIMIZERS), (value) => {
    settings.optimizer = value;
    settings.rate = RATES[settings.network][value].first;
    offerRates();
  });
  const rate = list("Learning rate", [], (value) => (settings.rate = Number(value)));
  const batch = list(
    "Digits in a step",
    BATCHES.map((count) => [String(count), String(count)]),
    (value) => (settings.batch = Number(value)),
  );
  const start = list("First weights", named(STARTS), (value) => (settings.start = value));
  /**
   * @param {string} label
   * @param {string[][]} options
   * @param {(value: string) => void} choose
   */
  function list(label, options, choose) {
    const element = make("select", {
      change: () => {
        choose(element.value);
        show();
        changed();
      },
    });
    offer(element, options);
    return { element, label: make("label", {}, make("span", {}, label), element) };
  }

  function offerRates() {
    const { rates } = RATES[settings.network][settings.optimizer];
    offer(rate.element, rates.map((value) => [String(value), inFull(value)]));
  }

  function show() {
    network.element.value = settings.network;
    optimizer.element.value = settings.optimizer;
    rate.element.value = String(settings.rate);
    batch.element.value = String(settings.batch);
    start.element.value = settings.start;
  }

  offerRates();
  show();
  return {
    element: make(
      "div",
      { class: "th-choices", role: "group", "aria-label": "Settings; a change begins anew" },
      ...[network, optimizer, rate, batch, start].map(({ label }) => label),
    ),
    settings,
  };
}

/** @param {Record<string, {name: string}>} table */
const named = (table) => Object.entries(table).map(([key, { name }]) => [key, name]);

/** @param {HTMLElement} element @param {string[][]} options */
function offer(element, options) {
  element.replaceChildren(...options.map(([value, text]) => make("option", { value }, text)));
}

/** @param {number} rate without an exponent */
const inFull = (rate) => rate.toFixed(6).replace(/0+$/, "").replace(/\.$/, "");
