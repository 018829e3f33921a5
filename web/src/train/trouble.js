/** What goes wrong in a training, told from the network's own numbers. */

import { thousands, written } from "../common/page.js";

/** @typedef {import("./networks.js").Network} Network */

/**
 * A sentence on how the training goes; with its first word a kind of trouble, or "In order".
 *
 * @param {Network} network after forward and backward of the digit that is watched
 * @param {import("./curves.js").Point[]} tested on the held-out digits, from the beginning
 */
export function trouble(network, tested) {
  const first = tested[0];
  const last = tested[tested.length - 1];
  const full = saturated(network);
  const where = full && `${Math.round(100 * full.share)} % of the values of ${full.name}`;
  if (last && !Number.isFinite(last.loss)) {
    return "Diverged: weights have grown beyond all numbers. Rewind, or take a smaller rate.";
  }
  const blank = network.layers.every(({ parameters }) => !parameters.weights?.some((w) => w !== 0));
  if (blank) {
    return (
      "Silent: all weights are 0, so no layer hears the one below, and no gradient comes back. " +
      "Only the biases of the last layer can learn: which answer is the commonest."
    );
  }
  if (last && last.loss > 1.1 * first.loss) {
    return (
      "Diverging: the loss is higher than before training, so the steps are too long." +
      (where ? ` They have driven ${where} to the ends of the squashing function.` : "")
    );
  }
  if (where) {
    return (
      `Saturated: ${where} lie at the ends of the squashing function. It is flat there, so most ` +
      "units pass no gradient on to the layers below."
    );
  }
  if (last && last.seen >= 1000 && last.error > 80) {
    return (
      `Slow: after ${thousands(last.seen)} digits the answers are hardly better than chance. ` +
      "The steps are too short, or the gradients too small."
    );
  }
  if (tested.length < 2) return "In order: the weights are random, and so are the answers.";
  return (
    `In order: on the held-out digits the loss has come from ${written(first.loss)} to ` +
    `${written(last.loss)}.`
  );
}

/**
 * The hidden layer with the largest share of values at the ends of the squashing function, if that
 * is most of them.
 *
 * @param {Network} network
 */
function saturated({ layers, squash: [amplitude] }) {
  const hidden = layers.filter(({ kind }) => kind === "convolution" || kind === "subsampling");
  const shares = hidden.map(({ name, output }) => {
    const ends = output.filter((value) => Math.abs(value) > 0.995 * amplitude);
    return { name, share: ends.length / output.length };
  });
  shares.sort((a, b) => b.share - a.share);
  return shares[0].share > 0.6 ? shares[0] : null;
}
