/** The second derivatives that SDLM divides by (LeCun et al. 1998, appendix C, eqs. 23-27). */

import { addWindowsBack, CODES } from "../engine.js";

/** @typedef {import("./networks.js").Network} Network */
/** @typedef {import("./networks.js").Layer} Layer */

/**
 * Estimate d2E/dw2 of every parameter, E being the mean loss of some digits, by the Gauss-Newton
 * approximation: a backward pass with every value and every weight squared.
 *
 * @param {Network} network
 * @param {import("./networks.js").Criterion} criterion
 * @param {Float32Array[]} images
 * @param {ArrayLike<number>} labels
 * @returns {Float32Array[]} one for each of `parametersOf(network)`
 */
export function curvatures(network, criterion, images, labels) {
  const { layers, squash } = network;
  const squares = layers.map(squared);
  const found = squares.flatMap((layer) => Object.values(layer.gradients));
  const totals = found.map((one) => new Float64Array(one.length));
  const last = layers[layers.length - 1];
  images.forEach((image, number) => {
    network.forward(image);
    const { gradient, curvature } = criterion(last.sums, labels[number]);
    squares[squares.length - 1].outputGradient.set(curvature);
    for (let index = layers.length - 1; index > 0; index--) {
      const [below, here] = [layers[index - 1], layers[index]];
      const [into, from] = [squares[index - 1], squares[index]];
      if (here.kind === "rbf") {
        throughDistances(below.output, gradient, curvature, into.outputGradient);
        continue;
      }
      const slopes = here.kind === "convolution" || here.kind === "subsampling";
      for (let i = 0; i < from.sums.length; i++) {
        const slope = slopes ? squash[0] * squash[1] * (1 - (here.output[i] / squash[0]) ** 2) : 1;
        from.sums[i] = from.outputGradient[i] * slope ** 2;
      }
      into.outputGradient.fill(0);
      if (here.kind === "average" || here.kind === "subsampling") {
        throughSquares(below, here, from, into.outputGradient);
      } else {
        for (let i = 0; i < below.output.length; i++) into.output[i] = below.output[i] ** 2;
        addWindowsBack(into, from, from.sums, index > 1);
      }
    }
    found.forEach((one, which) => {
      const total = totals[which];
      for (let i = 0; i < one.length; i++) total[i] += one[i];
    });
  });
  return totals.map((total) => Float32Array.from(total, (sum) => sum / images.length));
}

/**
 * A layer like this one, with its weights squared and arrays of its own: `outputGradient` has
 * d2E/d(output)2, `sums` d2E/d(sum)2 and `gradients` d2E/d(parameter)2.
 *
 * @param {Layer} layer
 * @returns {Layer}
 */
function squared(layer) {
  const blank = (/** @type {Float32Array} */ array) => new Float32Array(array.length);
  return {
    ...layer,
    output: blank(layer.output),
    sums: blank(layer.sums),
    outputGradient: blank(layer.outputGradient),
    parameters: Object.fromEntries(
      Object.entries(layer.parameters).map(([name, values]) => [name, values.map((w) => w * w)]),
    ),
    gradients: Object.fromEntries(
      Object.entries(layer.gradients).map(([name, values]) => [name, blank(values)]),
    ),
  };
}

/**
 * Through the radial basis functions, which are no sums: their own second derivatives count too.
 *
 * @param {Float32Array} x
 * @param {Float32Array} gradient dE/dy
 * @param {Float32Array} h d2E/dy2
 * @param {Float32Array} toX d2E/dx2
 */
function throughDistances(x, gradient, h, toX) {
  for (let j = 0; j < x.length; j++) {
    let sum = 0;
    for (let i = 0; i < CODES.length; i++) {
      sum += (2 * (x[j] - CODES[i][j])) ** 2 * h[i] + 2 * gradient[i];
    }
    toX[j] = sum;
  }
}

/**
 * Through subsampling: the coefficient multiplies the sum of a square of 2 x 2, an average is 1/4
 * of it.
 *
 * @param {Layer} below
 * @param {Layer} here
 * @param {Layer} from with d2E/d(sum)2
 * @param {Float32Array} toX d2E/dx2
 */
function throughSquares(below, here, from, toX) {
  const x = below.output;
  const { coefficient: weight } = from.parameters;
  const { coefficient, bias } = from.gradients;
  const [rows, columns, maps] = here.shape;
  const down = below.shape[1] * maps;
  coefficient?.fill(0);
  bias?.fill(0);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      for (let m = 0; m < maps; m++) {
        const h = from.sums[(r * columns + c) * maps + m];
        const p = 2 * r * down + 2 * c * maps + m;
        if (weight) {
          coefficient[m] += h * (x[p] + x[p + maps] + x[p + down] + x[p + down + maps]) ** 2;
          bias[m] += h;
        }
        const each = h * (weight ? weight[m] : 1 / 16);
        toX[p] = toX[p + maps] = toX[p + down] = toX[p + down + maps] = each;
      }
    }
  }
}
