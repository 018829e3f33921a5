/** From gradients to better weights, in four ways. */

/**
 * @typedef {object} Optimizer
 * @property {Float32Array[]} state what it remembers from step to step
 * @property {Step} step
 *
 * @callback Step change the weights
 * @param {Float32Array[]} values
 * @param {Float32Array[]} gradients
 * @param {number} rate
 * @param {number} number counts the steps from 1
 * @returns {void}
 */

/** SDLM's mu: what keeps a step finite where the loss is flat (LeCun et al. 1998, p. 42). */
export const MU = 0.02;

/** @type {Record<string, {name: string, make: (values: Float32Array[]) => Optimizer}>} */
export const OPTIMIZERS = {
  descent: {
    name: "gradient descent",
    make: () => ({
      state: [],
      step: (values, gradients, rate) =>
        values.forEach((w, which) => {
          const g = gradients[which];
          for (let i = 0; i < w.length; i++) w[i] -= rate * g[i];
        }),
    }),
  },
  momentum: {
    name: "momentum 0.9",
    make(like) {
      const velocities = zeros(like);
      return {
        state: velocities,
        step: (values, gradients, rate) =>
          values.forEach((w, which) => {
            const [g, v] = [gradients[which], velocities[which]];
            for (let i = 0; i < w.length; i++) {
              v[i] = 0.9 * v[i] + g[i];
              w[i] -= rate * v[i];
            }
          }),
      };
    },
  },
  adam: {
    name: "Adam",
    make(like) {
      const [means, squares] = [zeros(like), zeros(like)];
      return {
        state: [...means, ...squares],
        step: (values, gradients, rate, number) =>
          values.forEach((w, which) => {
            const [g, m, s] = [gradients[which], means[which], squares[which]];
            const [ofM, ofS] = [1 - 0.9 ** number, 1 - 0.999 ** number];
            for (let i = 0; i < w.length; i++) {
              m[i] = 0.9 * m[i] + 0.1 * g[i];
              s[i] = 0.999 * s[i] + 0.001 * g[i] * g[i];
              w[i] -= (rate * (m[i] / ofM)) / (Math.sqrt(s[i] / ofS) + 1e-7);
            }
          }),
      };
    },
  },
  sdlm: {
    name: "SDLM (1998)",
    make(like) {
      // The second derivatives: estimated before each pass (LeCun et al. 1998, eq. 21).
      const h = zeros(like);
      return {
        state: h,
        step: (values, gradients, rate) =>
          values.forEach((w, which) => {
            const [g, own] = [gradients[which], h[which]];
            for (let i = 0; i < w.length; i++) w[i] -= (rate / (MU + own[i])) * g[i];
          }),
      };
    },
  },
};

/** @param {Float32Array[]} like */
const zeros = (like) => like.map(({ length }) => new Float32Array(length));
