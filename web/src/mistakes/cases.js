/** The mistakes: unpacked, read again by the network, sorted, and rejected. */

/** Digits in MNIST's test set. */
export const TEST_DIGITS = 10000;
/** As far as a limit on the margin can go: the file has the margins of right answers up to here. */
export const LARGEST_LIMIT = 45;
const PIXELS = 784;

/**
 * A test digit that is misread.
 *
 * @typedef {object} Case
 * @property {number} number its place in MNIST's test set
 * @property {number} label what MNIST says it is
 * @property {number} answer what the network reads
 * @property {Uint8Array} pixels 28 x 28 gray levels
 * @property {Float32Array} penalties one for each digit
 * @property {Float32Array} f6 the 84 outputs of F6
 * @property {number[]} ranked the digits, that of the smallest penalty first
 * @property {number} margin the second smallest penalty less the smallest
 * @property {number} confidence the answer's share in the softmax of minus the penalties
 */

/**
 * @param {ArrayBuffer} file as `make_mistakes.py` describes it
 * @returns {Promise<{digits: {number: number, label: number, pixels: Uint8Array}[], right: Float32Array}>}
 *   the digits that are misread, and the margins of right answers below the largest limit
 * @throws {Error} if it is not such a file
 */
export async function unpack(file) {
  try {
    const unpacked = new Blob([file]).stream().pipeThrough(new DecompressionStream("deflate"));
    const bytes = await new Response(unpacked).arrayBuffer();
    const [count, margins] = new Uint16Array(bytes, 0, 2);
    const right = new Float32Array(bytes, 4, margins);
    const numbers = new Uint16Array(bytes, 4 + 4 * margins, count);
    const labels = new Uint8Array(bytes, numbers.byteOffset + 2 * count, count);
    const pixels = new Uint8Array(bytes, labels.byteOffset + count, PIXELS * count);
    const digits = Array.from(numbers, (number, at) => ({
      number,
      label: labels[at],
      pixels: pixels.subarray(PIXELS * at, PIXELS * (at + 1)),
    }));
    return { digits, right };
  } catch {
    throw new Error("The file with the misread digits is damaged.");
  }
}

/**
 * @param {import("../engine.js").Network} network
 * @param {{number: number, label: number, pixels: Uint8Array}[]} digits
 * @returns {Case[]}
 * @throws {Error} if the network reads one of them right: these are not its mistakes
 */
export function read(network, digits) {
  return digits.map((digit) => {
    const penalties = network.forward(network.prepare(digit.pixels)).slice();
    const f6 = network.layers[6].output.slice();
    const ranked = Array.from(penalties.keys()).sort((a, b) => penalties[a] - penalties[b]);
    const [answer, second] = ranked;
    if (answer === digit.label) {
      throw new Error(
        `The network reads test digit ${digit.number} right, expected a mistake: weights and ` +
          "digits do not belong together.",
      );
    }
    const shares = penalties.map((penalty) => Math.exp(penalties[answer] - penalty));
    const confidence = 1 / shares.reduce((sum, share) => sum + share, 0);
    const margin = penalties[second] - penalties[answer];
    return { ...digit, answer, penalties, f6, ranked, margin, confidence };
  });
}

/** What the mistakes can be sorted by; those that are equal then by their margin. */
export const ORDERS = {
  "least sure first": (/** @type {Case} */ a, /** @type {Case} */ b) => a.margin - b.margin,
  "surest first": (/** @type {Case} */ a, /** @type {Case} */ b) => b.margin - a.margin,
  "by label": (/** @type {Case} */ a, /** @type {Case} */ b) =>
    a.label - b.label || a.answer - b.answer || b.margin - a.margin,
  "by answer": (/** @type {Case} */ a, /** @type {Case} */ b) =>
    a.answer - b.answer || a.label - b.label || b.margin - a.margin,
  "by place in the test set": (/** @type {Case} */ a, /** @type {Case} */ b) => a.number - b.number,
};

/**
 * What is left when answers with a margin below a limit are rejected.
 *
 * @param {Case[]} cases
 * @param {ArrayLike<number>} right margins of right answers
 * @param {number} limit from 0 to LARGEST_LIMIT
 */
export function rejection(cases, right, limit) {
  const caught = cases.filter(({ margin }) => margin < limit).length;
  const lost = Array.from(right).filter((margin) => margin < limit).length;
  const answered = TEST_DIGITS - caught - lost;
  const left = cases.length - caught;
  return { caught, lost, rejected: caught + lost, answered, left, error: (100 * left) / answered };
}

/**
 * The reject curve: percentage rejected and percentage of errors among the others, for each number
 * of digits that a limit can reject.
 *
 * @param {Case[]} cases
 * @param {ArrayLike<number>} right
 * @returns {[number, number][]}
 */
export function rejectPoints(cases, right) {
  const limits = [...cases.map(({ margin }) => margin), ...Array.from(right), LARGEST_LIMIT]
    .filter((limit) => limit <= LARGEST_LIMIT)
    .sort((a, b) => a - b);
  return limits.map((limit) => {
    const { rejected, error } = rejection(cases, right, limit);
    return [(100 * rejected) / TEST_DIGITS, error];
  });
}
