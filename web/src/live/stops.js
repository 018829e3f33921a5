/** What the tour says, and where. */

/**
 * Each brings the page where a stop belongs, and returns what to look at.
 *
 * @typedef {object} Ways
 * @property {() => HTMLElement} preparation
 * @property {(layer: number, map: number, row: number, column: number) => HTMLElement} layer
 * @property {(layer: number, map: number, row: number, column: number) => HTMLElement} number
 * @property {(name: string) => HTMLElement} block of the network
 * @property {() => HTMLElement} counts
 */

/**
 * @param {Ways} ways
 * @returns {import("./tour.js").Stop[]}
 */
export const stops = (ways) => [
  {
    title: "From ink to numbers",
    text:
      "The ink is scaled into a box of 20×20 pixels and moved until its center of mass is in the " +
      "middle of 28×28, as in MNIST. A rim makes it 32×32. Paper is −0.1 and ink 1.175: these " +
      "1,024 numbers are all that the network sees.",
    show: ways.preparation,
  },
  {
    title: "C1 looks for strokes",
    text:
      "Each of the six maps has one kernel of 5×5 weights, which looks at every place of the " +
      "input. Blue says that the kernel's pattern is there, orange that its opposite is.",
    show: () => ways.layer(1, 2, 12, 12),
  },
  {
    title: "One number",
    text:
      "This is how each value comes about: 25 pixels times 25 weights, added up, plus a bias; " +
      "then f keeps the sum between −1.72 and 1.72. Move the slider to watch the sum grow.",
    show: () => ways.number(1, 2, 12, 12),
  },
  {
    title: "S2 forgets where exactly",
    text:
      "Four neighbors are added up, times one coefficient, plus a bias, and squashed. Half as " +
      "wide and half as high, the map keeps what was found and only roughly where.",
    show: () => ways.layer(2, 2, 6, 6),
  },
  {
    title: "C3 combines",
    text:
      "Sixteen maps, each of which reads only some of the six below. Table I says which: no two " +
      "read the same, so each has to find something of its own.",
    show: () => ways.layer(3, 0, 4, 4),
  },
  {
    title: "C5 and F6 see everything",
    text:
      "After S4 each of the 120 units of C5 sees the whole input. F6 turns their answers into 84 " +
      "values that draw a picture of 7×12 pixels. Can you see which digit?",
    show: () => ways.block("F6"),
  },
  {
    title: "The nearest code is the answer",
    text:
      "Each digit has a code, a small drawing of it. An output is the distance of F6 from a " +
      "code, and the smallest distance wins. Beside each code you see where F6 departs from it.",
    show: () => ways.block("output"),
  },
  {
    title: "60,000 parameters, 340,908 connections",
    text:
      "Weights are shared: a kernel of C1 is used in 784 places. So connections are many, and " +
      "parameters few. Both columns add up to the paper's numbers. Now draw, zoom in, and try " +
      "to fool it.",
    show: ways.counts,
  },
];
