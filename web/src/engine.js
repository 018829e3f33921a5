/**
 * The two networks of the course in plain typed arrays: LeNet-5 of 1998 (LeCun et al. 1998,
 * section II.B) and the Keras network of chapter 08, forward and backward.
 *
 * The numbers are those of `lenet_course.scratch`; so are the names and the layout. Values of a
 * layer are (row, column, map): the one at row r, column c of map m has the index
 * (r * width + c) * maps + m. Weights are (row, column, map read, map).
 */

/**
 * One layer, with the values of the last forward pass.
 *
 * @typedef {object} Layer
 * @property {string} name "input", "C1", "S2", "C3", "S4", "C5", "F6" or "output"
 * @property {"input" | "convolution" | "subsampling" | "average" | "rbf" | "softmax"} kind
 *   C5 and F6 are convolutions too, whose kernels are as large as what they read.
 * @property {[number, number, number]} shape height, width and maps
 * @property {number} size side of the square that a unit reads in each map; 0 for the input
 * @property {number} stride from one square to the next
 * @property {Float32Array} sums before squashing. Of "average", "rbf" and "input": as output.
 *   Of "softmax": the sums before the softmax.
 * @property {Float32Array} output
 * @property {Record<string, Float32Array>} parameters
 *   convolution and softmax: weights (size, size, maps read, maps), where a kernel that does not
 *   exist is 0, and bias (maps). Subsampling: coefficient and bias (maps). rbf: none to train.
 * @property {Record<string, Float32Array>} gradients dE/d(parameter), after `backward`
 * @property {Float32Array} outputGradient dE/d(output), after `backward`; of "softmax" dE/d(sums)
 * @property {number[][]} reads for each map the maps of the layer below that it reads
 */

/**
 * Layers in a row.
 *
 * @typedef {object} Network
 * @property {Layer[]} layers from the input to the output
 * @property {number[]} squash A and S of f(a) = A tanh(S a)
 * @property {(image: Float32Array) => Float32Array} forward
 *   fills `sums` and `output` of all layers, and returns the output: ten penalties, of which the
 *   smallest names the digit (1998), or ten probabilities. Allocates nothing; the array returned is
 *   that of the last layer.
 * @property {(gradient: Float32Array, toImage?: boolean) => Float32Array} backward
 *   takes dE/d(penalties), or dE/d(sums of the last layer) where a softmax follows them, as the
 *   losses below give them; fills `gradients` and `outputGradient` of all layers for the image of
 *   the last `forward`, and returns dE/d(image), which `toImage` = false leaves out.
 * @property {() => number} classify the digit that the last output names
 * @property {(pixels: ArrayLike<number>) => Float32Array} prepare
 *   makes the image that `forward` takes of a digit of 28 x 28 gray levels, 0 paper, 255 ink.
 */

// LeCun et al. 1998, Table I: the maps of S2 that each map of C3 reads.
const C3_READS = [
  [0, 1, 2],
  [1, 2, 3],
  [2, 3, 4],
  [3, 4, 5],
  [0, 4, 5],
  [0, 1, 5],
  [0, 1, 2, 3],
  [1, 2, 3, 4],
  [2, 3, 4, 5],
  [0, 3, 4, 5],
  [0, 1, 4, 5],
  [0, 1, 2, 5],
  [0, 1, 3, 4],
  [1, 2, 4, 5],
  [0, 2, 3, 5],
  [0, 1, 2, 3, 4, 5],
];

/** LeCun et al. 1998, Table I: 1 where a map of C3 (column) reads a map of S2 (row), else 0. */
export const TABLE_I = range(6).map((s2) => C3_READS.map((reads) => Number(reads.includes(s2))));

// LeCun et al. 1998, Fig. 3: the digits 0 to 9 as bitmaps 7 wide and 12 high; # is ink.
const FIGURE_3 = `
.#####.  ...##..  .#####.  #######  .#####.  .#####.  ..####.  #######  .#####.  .#####.
.......  ..###..  .......  .....##  .......  .......  .##....  .....##  ##...##  ##..###
..###..  .####..  .#####.  ....##.  .......  #######  ##.....  .....##  ##...##  ##...##
.##.##.  ...##..  ##...##  ...##..  .##..##  ##.....  ##.....  ....##.  ##...##  ##...##
##...##  ...##..  #....##  ..####.  .##..##  ##.....  ######.  ...##..  .#####.  ##..###
##...##  ...##..  ....##.  .....##  ###..##  .####..  ###..##  ...##..  ##...##  .######
##...##  ...##..  ..###..  .....##  ##...##  ..####.  ##...##  ..##...  ##...##  .....##
##...##  ...##..  .##....  .....##  ##...##  .....##  ##...##  ..##...  ##...##  .....##
.##.##.  ...##..  ##.....  ##...##  ##..###  ##...##  ###..##  ..##...  ##...##  ....##.
..###..  .######  #######  .#####.  .######  .#####.  .#####.  ..##...  .#####.  .####..
.......  .......  .......  .......  .....##  .......  .......  .......  .......  .......
.......  .......  .......  .......  .....##  .......  .......  .......  .......  .......
`;

/** The code of each digit, 10 x 84: its bitmap row by row, 1 for ink and -1 for paper. */
export const CODES = range(10).map((digit) => {
  const rows = FIGURE_3.trim().split("\n").map((line) => line.split("  ")[digit]);
  return Float32Array.from(rows.join(""), (pixel) => (pixel === "#" ? 1 : -1));
});

/** Trainable parameters and connections of the network of 1998: 60,000 and 340,908 in all. */
export const COUNTS = [
  { name: "C1", parameters: 156, connections: 122304 },
  { name: "S2", parameters: 12, connections: 5880 },
  { name: "C3", parameters: 1516, connections: 151600 },
  { name: "S4", parameters: 32, connections: 2000 },
  { name: "C5", parameters: 48120, connections: 48120 },
  { name: "F6", parameters: 10164, connections: 10164 },
  { name: "output", parameters: 0, connections: 840 },
];

/**
 * Turn 16-bit floating-point numbers, little-endian, into 32 bits.
 *
 * @param {ArrayBuffer | ArrayBufferView} bytes
 * @returns {Float32Array}
 * @throws {Error} if these are not bytes, or an odd number of them
 */
export function decodeHalf(bytes) {
  const view = viewOf(bytes);
  if (view === null || view.byteLength % 2) {
    throw new Error(`Received ${inWords(bytes)}, expected an even number of bytes.`);
  }
  return Float32Array.from({ length: view.byteLength / 2 }, (_, index) => {
    const bits = view.getUint16(2 * index, true);
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 0x1f;
    const fraction = bits & 0x3ff;
    if (exponent === 0) return sign * fraction * 2 ** -24;
    if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
    return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  });
}

/**
 * @param {ArrayBuffer | ArrayBufferView} bytes
 * @returns {DataView | null} null for anything else
 */
function viewOf(bytes) {
  if (bytes instanceof ArrayBuffer) return new DataView(bytes);
  if (!ArrayBuffer.isView(bytes)) return null;
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** @param {unknown} bytes */
function inWords(bytes) {
  const view = viewOf(/** @type {ArrayBuffer} */ (bytes));
  return view ? `${view.byteLength} bytes` : String(bytes);
}

/**
 * LeNet-5 of 1998, from the weights in `lenet_course/weights`. It takes images of 32 x 32, -0.1
 * for paper and 1.175 for ink, and returns ten penalties.
 *
 * @param {ArrayBuffer | ArrayBufferView} weights 60,000 numbers of 16 bits
 * @returns {Network}
 * @throws {Error} if there are too many or too few, or if one is not finite
 */
export function lenet5_1998(weights) {
  const next = reader(weights, 60000);
  const input = inputLayer(32);
  const c1 = convolution("C1", input, next, 6, 5);
  const s2 = subsampling("S2", c1, next);
  const c3 = convolution("C3", s2, next, 16, 5, C3_READS);
  const s4 = subsampling("S4", c3, next);
  const c5 = convolution("C5", s4, next, 120, 5);
  const f6 = convolution("F6", c5, next, 84, 1);
  const squash = [1.7159, 2 / 3];
  return network([input, c1, s2, c3, s4, c5, f6, layer("output", "rbf", f6, 10, 1, 1)], squash, -1, {
    side: 32,
    paper: -0.1,
    ink: 1.175,
  });
}

/**
 * The Keras network of chapter 08, from the weights in `lenet_course/weights`. It takes images of
 * 28 x 28, 0 for paper and 1 for ink, and returns ten probabilities.
 *
 * @param {ArrayBuffer | ArrayBufferView} weights 44,426 numbers of 16 bits
 * @returns {Network}
 * @throws {Error} if there are too many or too few, or if one is not finite
 */
export function lenet5_tutorial(weights) {
  const next = reader(weights, 44426);
  const input = inputLayer(28);
  const c1 = convolution("C1", input, next, 6, 5);
  const s2 = layer("S2", "average", c1, 6, 2, 2);
  const c3 = convolution("C3", s2, next, 16, 5);
  const s4 = layer("S4", "average", c3, 16, 2, 2);
  const c5 = convolution("C5", s4, next, 120, 4);
  const f6 = convolution("F6", c5, next, 84, 1);
  const output = convolution("output", f6, next, 10, 1, undefined, "softmax");
  return network([input, c1, s2, c3, s4, c5, f6, output], [1, 1], 1, {
    side: 28,
    paper: 0,
    ink: 1,
  });
}

/**
 * The maximum a posteriori criterion (LeCun et al. 1998, eq. 9) for one digit:
 * E = y_label + log(exp(-j) + sum over i of exp(-y_i)).
 *
 * @param {Float32Array} penalties y, as the network of 1998 returns them
 * @param {number} label the digit
 * @param {number} [j] the penalty of a "rubbish" class; the paper does not give its value
 * @returns {{value: number, gradient: Float32Array, curvature: Float32Array}} E, dE/dy and d2E/dy2
 */
export function mapCriterion(penalties, label, j = 0.1) {
  const exponents = Float64Array.of(...penalties.map((y) => -y), -j);
  const shares = new Float64Array(exponents.length);
  const logSum = softmax(exponents, shares);
  const gradient = Float32Array.from(penalties, (_, i) => Number(i === label) - shares[i]);
  const curvature = Float32Array.from(penalties, (_, i) => shares[i] * (1 - shares[i]));
  return { value: penalties[label] + logSum, gradient, curvature };
}

/**
 * The cross-entropy of the softmax for one digit: E = -log p_label.
 *
 * @param {Float32Array} sums before the softmax: `sums` of the last layer
 * @param {number} label the digit
 * @returns {{value: number, gradient: Float32Array, curvature: Float32Array}}
 *   E, dE/d(sums) and d2E/d(sums)2
 */
export function softmaxCrossEntropy(sums, label) {
  const shares = new Float64Array(sums.length);
  const logSum = softmax(sums, shares);
  const gradient = Float32Array.from(shares, (p, i) => p - Number(i === label));
  const curvature = Float32Array.from(shares, (p) => p * (1 - p));
  return { value: logSum - sums[label], gradient, curvature };
}

/**
 * Fill shares with exp(a_i) / sum over k of exp(a_k), and return the logarithm of that sum.
 *
 * @param {ArrayLike<number>} a
 * @param {Float32Array | Float64Array} shares
 */
function softmax(a, shares) {
  // The largest exponent is taken out, so that exp cannot overflow.
  let largest = -Infinity;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, a[i]);
  let total = 0;
  for (let i = 0; i < a.length; i++) total += Math.exp(a[i] - largest);
  const logSum = largest + Math.log(total);
  for (let i = 0; i < a.length; i++) shares[i] = Math.exp(a[i] - logSum);
  return logSum;
}

/**
 * Return a function that hands the numbers of a weight file out, so many at a time.
 *
 * @param {ArrayBuffer | ArrayBufferView} weights
 * @param {number} expected
 */
export function reader(weights, expected) {
  if (viewOf(weights)?.byteLength !== 2 * expected) {
    throw new Error(
      `The weights are ${inWords(weights)}, expected ${2 * expected} bytes: ${expected} numbers ` +
        "of 16 bits.",
    );
  }
  const numbers = decodeHalf(weights);
  const bad = numbers.findIndex((number) => !Number.isFinite(number));
  if (bad >= 0) throw new Error(`Weight ${bad} is ${numbers[bad]}, expected a finite number.`);
  let taken = 0;
  return (/** @type {number} */ count) => numbers.slice(taken, (taken += count));
}

/** @param {number} count */
function range(count) {
  return Array.from({ length: count }, (_, index) => index);
}

/**
 * @param {string} name
 * @param {Layer["kind"]} kind
 * @param {[number, number, number]} shape
 * @param {{size: number, stride: number, reads: number[][], parameters: Record<string, Float32Array>}} rest
 * @returns {Layer}
 */
function made(name, kind, shape, rest) {
  const units = shape[0] * shape[1] * shape[2];
  const output = new Float32Array(units);
  return {
    name,
    kind,
    shape,
    sums: ["input", "average", "rbf"].includes(kind) ? output : new Float32Array(units),
    output,
    gradients: Object.fromEntries(
      Object.entries(rest.parameters).map(([key, { length }]) => [key, new Float32Array(length)]),
    ),
    outputGradient: new Float32Array(units),
    ...rest,
  };
}

/** @param {number} side */
function inputLayer(side) {
  return made("input", "input", [side, side, 1], { size: 0, stride: 1, reads: [[]], parameters: {} });
}

/**
 * @param {string} name
 * @param {Layer["kind"]} kind
 * @param {Layer} below
 * @param {number} maps
 * @param {number} size
 * @param {number} stride
 * @param {number[][]} [reads] by default every map reads all maps below, or in subsampling its own
 * @param {Record<string, Float32Array>} [parameters]
 */
function layer(name, kind, below, maps, size, stride, reads, parameters = {}) {
  const [height, width, channels] = below.shape;
  const own = kind === "subsampling" || kind === "average";
  return made(name, kind, [(height - size) / stride + 1, (width - size) / stride + 1, maps], {
    size,
    stride,
    reads: reads ?? range(maps).map((map) => (own ? [map] : range(channels))),
    parameters,
  });
}

/**
 * @param {string} name
 * @param {Layer} below
 * @param {(count: number) => Float32Array} next
 * @param {number} maps
 * @param {number} size
 * @param {number[][]} [reads]
 * @param {Layer["kind"]} [kind]
 */
function convolution(name, below, next, maps, size, reads, kind = "convolution") {
  const channels = below.shape[2];
  const places = range(channels * maps).filter((place) => {
    const [channel, map] = [Math.floor(place / maps), place % maps];
    return reads === undefined || reads[map].includes(channel);
  });
  // The file has only the kernels that exist: (row, column, connection).
  const stored = next(size * size * places.length);
  const weights = new Float32Array(size * size * channels * maps);
  stored.forEach((weight, index) => {
    const pixel = Math.floor(index / places.length);
    weights[pixel * channels * maps + places[index % places.length]] = weight;
  });
  return layer(name, kind, below, maps, size, 1, reads, { weights, bias: next(maps) });
}

/**
 * @param {string} name
 * @param {Layer} below
 * @param {(count: number) => Float32Array} next
 */
function subsampling(name, below, next) {
  const maps = below.shape[2];
  const parameters = { coefficient: next(maps), bias: next(maps) };
  return layer(name, "subsampling", below, maps, 2, 2, undefined, parameters);
}

/**
 * @param {Layer[]} layers
 * @param {number[]} squash A and S of f(a) = A tanh(S a)
 * @param {1 | -1} sign whether the largest or the smallest output names the digit
 * @param {{side: number, paper: number, ink: number}} image
 * @returns {Network}
 */
function network(layers, [amplitude, slope], sign, { side, paper, ink }) {
  const [input, output] = [layers[0], layers[layers.length - 1]];
  const sumGradients = layers.map((here) => new Float32Array(here.sums.length));

  /** @param {Float32Array} image */
  function forward(image) {
    check("The image", image, input.output.length);
    input.output.set(image);
    for (let index = 1; index < layers.length; index++) {
      const below = layers[index - 1];
      const here = layers[index];
      if (here.kind === "rbf") distances(below, here);
      else if (here.kind === "average" || here.kind === "subsampling") addSquares(below, here);
      else addWindows(below, here);
      if (here.kind === "softmax") softmax(here.sums, here.output);
      else if (here.sums !== here.output) {
        for (let i = 0; i < here.sums.length; i++) {
          // tanh(a) = 1 - 2 / (exp(2a) + 1): to 32 bits the same, and quicker.
          here.output[i] = amplitude - (2 * amplitude) / (Math.exp(2 * slope * here.sums[i]) + 1);
        }
      }
    }
    return output.output;
  }

  /** @param {Float32Array} gradient @param {boolean} [toImage] */
  function backward(gradient, toImage = true) {
    check("The gradient", gradient, output.output.length);
    output.outputGradient.set(gradient);
    for (let index = layers.length - 1; index > 0; index--) {
      const below = layers[index - 1];
      const here = layers[index];
      below.outputGradient.fill(0);
      if (here.kind === "rbf") {
        distancesBack(below, here);
        continue;
      }
      const toSums = sumGradients[index];
      toSums.set(here.outputGradient);
      if (here.kind === "convolution" || here.kind === "subsampling") {
        for (let i = 0; i < toSums.length; i++) {
          toSums[i] *= amplitude * slope * (1 - (here.output[i] / amplitude) ** 2);
        }
      }
      if (here.kind === "average" || here.kind === "subsampling") {
        addSquaresBack(below, here, toSums);
      } else addWindowsBack(below, here, toSums, toImage || index > 1);
    }
    return input.outputGradient;
  }

  function classify() {
    let best = 0;
    output.output.forEach((value, digit) => {
      if (sign * value > sign * output.output[best]) best = digit;
    });
    return best;
  }

  /** @param {ArrayLike<number>} pixels */
  function prepare(pixels) {
    check("The digit", pixels, 784);
    const rim = (side - 28) / 2;
    const image = new Float32Array(side * side).fill(paper);
    for (let i = 0; i < 784; i++) {
      const [row, column] = [Math.floor(i / 28) + rim, (i % 28) + rim];
      image[row * side + column] = paper + ((ink - paper) * pixels[i]) / 255;
    }
    return image;
  }

  return { layers, squash: [amplitude, slope], forward, backward, classify, prepare };
}

/**
 * @param {string} what
 * @param {ArrayLike<number>} received
 * @param {number} expected
 */
function check(what, received, expected) {
  if (received?.length !== expected) {
    throw new Error(`${what} has ${received?.length} numbers, expected ${expected}.`);
  }
}

/**
 * a[r, c, m] = bias[m] + sum over i, j, d of x[r + i, c + j, d] * weights[i, j, d, m]
 *
 * Nearly all the time of a pass goes into this and its transposes. Kernels that move are all of
 * 5 x 5, and one row of a kernel is taken along one row of a map at a time: its five weights, and
 * the five pixels under them, then stay in registers.
 *
 * @param {Layer} below
 * @param {Layer} here
 */
function addWindows(below, here) {
  if (here.size !== 5 || here.shape[0] === 1) {
    addAll(below, here);
    return;
  }
  const { weights, bias } = here.parameters;
  const [height, width, channels] = below.shape;
  const [rows, columns, maps] = here.shape;
  const x = planes(readFrom, below.output, height, width, channels, width);
  const tap = channels * maps; // from a weight to the one of the next pixel
  for (let m = 0; m < maps; m++) {
    const a = sumsOfMap.fill(bias[m], 0, rows * columns);
    for (const d of here.reads[m]) {
      for (let i = 0; i < 5; i++) {
        const w = 5 * i * tap + d * maps + m;
        const w0 = weights[w];
        const w1 = weights[w + tap];
        const w2 = weights[w + 2 * tap];
        const w3 = weights[w + 3 * tap];
        const w4 = weights[w + 4 * tap];
        for (let r = 0; r < rows; r++) {
          let p = (d * height + r + i) * width;
          let x0 = x[p++];
          let x1 = x[p++];
          let x2 = x[p++];
          let x3 = x[p++];
          for (let u = r * columns; u < (r + 1) * columns; u++) {
            const x4 = x[p++];
            a[u] += w0 * x0 + w1 * x1 + w2 * x2 + w3 * x3 + w4 * x4;
            x0 = x1;
            x1 = x2;
            x2 = x3;
            x3 = x4;
          }
        }
      }
    }
    for (let u = 0; u < rows * columns; u++) here.sums[u * maps + m] = a[u];
  }
}

/**
 * The transposes of `addWindows`: dE/d(weights), dE/d(bias) and dE/dx.
 *
 * @param {Layer} below
 * @param {Layer} here
 * @param {Float32Array} gradient dE/da
 * @param {boolean} toInput whether dE/dx is wanted
 */
export function addWindowsBack(below, here, gradient, toInput) {
  if (here.size !== 5 || here.shape[0] === 1) {
    addAllBack(below, here, gradient);
    return;
  }
  const { weights } = here.parameters;
  const [toWeights, toBias] = [here.gradients.weights, here.gradients.bias];
  const [height, width, channels] = below.shape;
  const [rows, , maps] = here.shape;
  const x = planes(readFrom, below.output, height, width, channels, width);
  // With four zeros at the end of each row, all rows are as long as those below.
  const g = planes(comesBack, gradient, rows, here.shape[1], maps, width);
  const toX = goesDown.fill(0, 0, channels * height * width);
  const tap = channels * maps;
  for (let m = 0; m < maps; m++) {
    const first = m * rows * width;
    let total = 0;
    for (let u = first; u < first + rows * width; u++) total += g[u];
    toBias[m] = total;
    for (const d of here.reads[m]) {
      for (let i = 0; i < 5; i++) {
        const w = 5 * i * tap + d * maps + m;
        const from = (d * height + i) * width; // what the kernel's row i reads, row by row
        let t0 = 0;
        let t1 = 0;
        let t2 = 0;
        let t3 = 0;
        let t4 = 0;
        // Row after row without a break: the zeros keep the rows apart.
        let g1 = 0;
        let g2 = 0;
        let g3 = 0;
        let g4 = 0;
        for (let u = 0; u < rows * width; u++) {
          const g0 = g[first + u];
          const value = x[from + u];
          t0 += g0 * value;
          t1 += g1 * value;
          t2 += g2 * value;
          t3 += g3 * value;
          t4 += g4 * value;
          g4 = g3;
          g3 = g2;
          g2 = g1;
          g1 = g0;
        }
        toWeights[w] = t0;
        toWeights[w + tap] = t1;
        toWeights[w + 2 * tap] = t2;
        toWeights[w + 3 * tap] = t3;
        toWeights[w + 4 * tap] = t4;
        if (!toInput) continue;
        const w0 = weights[w];
        const w1 = weights[w + tap];
        const w2 = weights[w + 2 * tap];
        const w3 = weights[w + 3 * tap];
        const w4 = weights[w + 4 * tap];
        g1 = g2 = g3 = g4 = 0;
        for (let u = 0; u < rows * width; u++) {
          const g0 = g[first + u];
          toX[from + u] += w0 * g0 + w1 * g1 + w2 * g2 + w3 * g3 + w4 * g4;
          g4 = g3;
          g3 = g2;
          g2 = g1;
          g1 = g0;
        }
      }
    }
  }
  for (let d = 0; d < channels && toInput; d++) {
    const first = d * height * width;
    for (let p = 0; p < height * width; p++) {
      below.outputGradient[p * channels + d] = toX[first + p];
    }
  }
}

// Where a layer's numbers are while they are added up: large enough for C1 and C3, and for C5. With
// 64 bits none has to be converted in the inner loops.
const readFrom = new Float64Array(6 * 14 * 14);
const comesBack = new Float64Array(6 * 28 * 32);
const goesDown = new Float64Array(6 * 14 * 14);
const sumsOfMap = new Float64Array(28 * 28);

/**
 * Copy values (row, column, map) into one plane for each map, with zeros at the end of each row.
 *
 * @param {Float64Array} into
 * @param {Float32Array} values
 * @param {number} height
 * @param {number} width
 * @param {number} maps
 * @param {number} length of a row of a plane
 */
function planes(into, values, height, width, maps, length) {
  for (let m = 0; m < maps; m++) {
    for (let r = 0; r < height; r++) {
      const first = (m * height + r) * length;
      for (let c = 0; c < width; c++) into[first + c] = values[(r * width + c) * maps + m];
      into.fill(0, first + width, first + length);
    }
  }
  return into;
}

/**
 * a[m] = bias[m] + sum over p of x[p] * weights[p, m], where every unit reads all values below.
 *
 * @param {Layer} below
 * @param {Layer} here
 */
function addAll(below, here) {
  const x = below.output;
  const { weights, bias } = here.parameters;
  const maps = here.output.length;
  const a = sumsOfMap;
  for (let m = 0; m < maps; m++) a[m] = bias[m];
  // Four values at a time; all our layers have so many times four.
  for (let p = 0; p < x.length; p += 4) {
    const x0 = x[p];
    const x1 = x[p + 1];
    const x2 = x[p + 2];
    const x3 = x[p + 3];
    let w = p * maps;
    for (let m = 0; m < maps; m++) {
      a[m] +=
        x0 * weights[w] +
        x1 * weights[w + maps] +
        x2 * weights[w + 2 * maps] +
        x3 * weights[w + 3 * maps];
      w++;
    }
  }
  for (let m = 0; m < maps; m++) here.sums[m] = a[m];
}

/**
 * The transposes of `addAll`.
 *
 * @param {Layer} below
 * @param {Layer} here
 * @param {Float32Array} gradient dE/da
 */
function addAllBack(below, here, gradient) {
  const [x, toX] = [below.output, below.outputGradient];
  const { weights } = here.parameters;
  const toWeights = here.gradients.weights;
  const maps = here.output.length;
  here.gradients.bias.set(gradient);
  let w = 0;
  for (let p = 0; p < x.length; p++) {
    const value = x[p];
    let even = 0;
    let odd = 0;
    for (let m = 0; m < maps; m += 2) {
      const g0 = gradient[m];
      const g1 = gradient[m + 1];
      toWeights[w] = value * g0;
      toWeights[w + 1] = value * g1;
      even += g0 * weights[w];
      odd += g1 * weights[w + 1];
      w += 2;
    }
    toX[p] = even + odd;
  }
}

/**
 * a[r, c, m] = coefficient[m] * (sum of x over a square of 2 x 2) + bias[m]; the average has the
 * coefficient 1/4 and no bias.
 *
 * @param {Layer} below
 * @param {Layer} here
 */
function addSquares(below, here) {
  const [x, sums] = [below.output, here.sums];
  const { coefficient, bias } = here.parameters;
  const [rows, columns, maps] = here.shape;
  const down = below.shape[1] * maps;
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const unit = (r * columns + c) * maps;
      const first = 2 * r * down + 2 * c * maps;
      for (let m = 0; m < maps; m++) {
        const p = first + m;
        const sum = x[p] + x[p + maps] + x[p + down] + x[p + down + maps];
        sums[unit + m] = coefficient ? coefficient[m] * sum + bias[m] : sum / 4;
      }
    }
  }
}

/**
 * The transposes of `addSquares`.
 *
 * @param {Layer} below
 * @param {Layer} here
 * @param {Float32Array} gradient dE/da
 */
function addSquaresBack(below, here, gradient) {
  const [x, toX] = [below.output, below.outputGradient];
  const { coefficient } = here.parameters;
  const { coefficient: toCoefficient, bias: toBias } = here.gradients;
  const [rows, columns, maps] = here.shape;
  const down = below.shape[1] * maps;
  toCoefficient?.fill(0);
  toBias?.fill(0);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const unit = (r * columns + c) * maps;
      const first = 2 * r * down + 2 * c * maps;
      for (let m = 0; m < maps; m++) {
        const p = first + m;
        const g = gradient[unit + m];
        if (coefficient) {
          toCoefficient[m] += g * (x[p] + x[p + maps] + x[p + down] + x[p + down + maps]);
          toBias[m] += g;
        }
        const each = g * (coefficient ? coefficient[m] : 1 / 4);
        toX[p] = toX[p + maps] = toX[p + down] = toX[p + down + maps] = each;
      }
    }
  }
}

/**
 * y[i] = sum over j of (x[j] - code[i, j])**2 (LeCun et al. 1998, eq. 7)
 *
 * @param {Layer} below
 * @param {Layer} here
 */
function distances(below, here) {
  for (let i = 0; i < CODES.length; i++) {
    const code = CODES[i];
    let sum = 0;
    for (let j = 0; j < code.length; j++) sum += (below.output[j] - code[j]) ** 2;
    here.output[i] = sum;
  }
}

/**
 * The transpose of the derivative of `distances`.
 *
 * @param {Layer} below
 * @param {Layer} here
 */
function distancesBack(below, here) {
  for (let j = 0; j < below.output.length; j++) {
    let sum = 0;
    for (let i = 0; i < CODES.length; i++) {
      sum += 2 * here.outputGradient[i] * (below.output[j] - CODES[i][j]);
    }
    below.outputGradient[j] = sum;
  }
}
