/** A run of each network that goes well, to compare others with: the first settings, one pass. */

/**
 * Digits seen, and loss and wrong answers in % on the held-out digits; web/test/train.test.js
 * trains again and compares.
 *
 * @type {Record<string, number[][]>}
 */
const NUMBERS = {
  lenet5_1998: [
    [0, 83.9, 98.6], [100, 58, 90.8], [200, 56.6, 89.8], [300, 50.1, 66.4], [500, 36.1, 45.6],
    [700, 32.5, 32.2], [1000, 28, 25], [1500, 20.4, 15.8], [2000, 17.9, 12.6], [3000, 11.7, 7.6],
    [4000, 11.1, 7.2], [5000, 9.71, 5.8],
  ],
  lenet5_tutorial: [
    [0, 2.32, 95], [100, 2.25, 78.4], [200, 2.18, 56.6], [300, 2.09, 46], [500, 1.78, 42],
    [700, 1.44, 34], [1000, 1.01, 30], [1500, 0.624, 11], [2000, 0.496, 10.4], [3000, 0.362, 8.6],
    [4000, 0.336, 7.8], [5000, 0.341, 7.8],
  ],
};

/** @type {Record<string, import("./curves.js").Point[]>} */
export const GOOD_RUNS = Object.fromEntries(
  Object.entries(NUMBERS).map(([network, rows]) => [
    network,
    rows.map(([seen, loss, error]) => ({ seen, loss, error })),
  ]),
);
