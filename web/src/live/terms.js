/** What a single unit adds up, where it comes from, and what the unit sees of the input. */

import { CODES } from "../engine.js";

/** @typedef {import("../engine.js").Network} Network */
/** @typedef {import("../engine.js").Layer} Layer */

/**
 * One unit: layer by its number in the network, map, row and column, all from 0.
 *
 * @typedef {{layer: number, map: number, row: number, column: number}} Unit
 */

/**
 * The products of a unit that belong together: those with one map; of F6 and the output all.
 *
 * @typedef {object} Group
 * @property {string} name of what is read
 * @property {number} map of the layer below; of F6 and the output 0
 * @property {number} rows
 * @property {number} columns
 * @property {Float32Array} values row by row
 * @property {Float32Array} weights by which they are multiplied; of the output, the code
 * @property {Float32Array} products of the output, squared differences
 * @property {number} total
 */

/**
 * @typedef {object} Terms
 * @property {Group[]} groups
 * @property {number} bias 0 where there is none
 * @property {number} sum as the network has it
 * @property {number} output after squashing
 */

/** Units in lines have no rows and columns of their own: how they are laid out to be looked at. */
const GRIDS = { C5: [15, 8], F6: [12, 7], output: [2, 5] };

/**
 * Rows and columns of what is shown of a layer, and how many such pictures.
 *
 * @param {Layer} layer
 * @returns {{rows: number, columns: number, pictures: number}}
 */
export function grid(layer) {
  const own = GRIDS[/** @type {keyof GRIDS} */ (layer.name)];
  if (own) return { rows: own[0], columns: own[1], pictures: 1 };
  return { rows: layer.shape[0], columns: layer.shape[1], pictures: layer.shape[2] };
}

/**
 * @param {Network} network
 * @param {Unit} unit
 */
export function valueOf(network, { layer, map, row, column }) {
  const { shape, output } = network.layers[layer];
  return output[(row * shape[1] + column) * shape[2] + map];
}

/**
 * "C3 map 4, row 2, column 7"; of layers without maps "F6 unit 12"; of the output "the 7".
 *
 * @param {Network} network
 * @param {Unit} unit
 */
export function nameOf(network, { layer, map, row, column }) {
  const { name, shape } = network.layers[layer];
  if (name === "output") return `output for ${map}`;
  if (shape[0] === 1) return `${name} unit ${map}`;
  const place = `row ${row}, column ${column}`;
  return name === "input" ? `input, ${place}` : `${name} map ${map}, ${place}`;
}

/**
 * "S2 map 5 (2, 7)", with row and column; "C5 unit 12".
 *
 * @param {Network} network
 * @param {Unit} unit
 */
export function shortNameOf(network, { layer, map, row, column }) {
  const { name, shape } = network.layers[layer];
  if (shape[0] === 1) return `${name} unit ${map}`;
  return `${name === "input" ? name : `${name} map ${map}`} (${row}, ${column})`;
}

/**
 * Every product that the unit adds up.
 *
 * @param {Network} network after a forward pass
 * @param {Unit} unit not of the input
 * @returns {Terms}
 */
export function terms(network, unit) {
  const here = network.layers[unit.layer];
  const below = network.layers[unit.layer - 1];
  const at = (unit.row * here.shape[1] + unit.column) * here.shape[2] + unit.map;
  const bias = here.parameters.bias?.[unit.map] ?? 0;
  const sources = below.shape[0] === 1 ? [readLine(below)] : readMaps(here, below, unit);
  const groups = sources.map(({ weightAt, ...source }) => {
    const weights = source.values.map((_, index) => weightAt(here, unit, index));
    const products = source.values.map((value, index) =>
      here.kind === "rbf" ? (value - weights[index]) ** 2 : value * weights[index],
    );
    return { ...source, weights, products, total: products.reduce((sum, term) => sum + term, 0) };
  });
  return { groups, bias, sum: here.sums[at], output: here.output[at] };
}

/**
 * @param {Layer} here
 * @param {Layer} below
 * @param {Unit} unit
 */
function readMaps(here, below, { map: own, row, column }) {
  const [, width, maps] = below.shape;
  const { size, stride } = here;
  return here.reads[own].map((map) => {
    const values = new Float32Array(size * size);
    for (let r = 0; r < size; r++) {
      for (let c = 0; c < size; c++) {
        const from = (row * stride + r) * width + column * stride + c;
        values[r * size + c] = below.output[from * maps + map];
      }
    }
    const name = below.name === "input" ? "input" : `${below.name} map ${map}`;
    /** @type {(here: Layer, unit: Unit, index: number) => number} */
    const weightAt = ({ parameters, shape }, unit, index) =>
      parameters.coefficient
        ? parameters.coefficient[unit.map]
        : parameters.weights[(index * maps + map) * shape[2] + unit.map];
    return { name, map, rows: size, columns: size, values, weightAt };
  });
}

/** @param {Layer} below */
function readLine(below) {
  const { rows, columns } = grid(below);
  /** @type {(here: Layer, unit: Unit, index: number) => number} */
  const weightAt = ({ kind, parameters, shape }, unit, index) =>
    kind === "rbf" ? CODES[unit.map][index] : parameters.weights[index * shape[2] + unit.map];
  return {
    name: `${below.name}, all units`,
    map: 0,
    rows,
    columns,
    values: below.output,
    weightAt,
  };
}

/**
 * The terms that count most: the largest products in size, with the units they come from. Of the
 * output, the largest squares.
 *
 * @param {Network} network
 * @param {Unit} unit
 * @param {number} count
 * @returns {{unit: Unit, product: number}[]} the largest first
 */
export function strongest(network, unit, count) {
  const here = network.layers[unit.layer];
  const below = network.layers[unit.layer - 1];
  const all = terms(network, unit).groups.flatMap(({ map, columns, products }) =>
    Array.from(products, (product, index) => {
      const [row, column] = [Math.floor(index / columns), index % columns];
      const from =
        below.shape[0] === 1
          ? { map: index, row: 0, column: 0 }
          : { map, row: unit.row * here.stride + row, column: unit.column * here.stride + column };
      return { unit: { layer: unit.layer - 1, ...from }, product };
    }),
  );
  return all.sort((a, b) => Math.abs(b.product) - Math.abs(a.product)).slice(0, count);
}

/**
 * What of the input can change the unit.
 *
 * @param {Network} network
 * @param {Unit} unit
 * @returns {{top: number, left: number, side: number}} in pixels of the input
 */
export function receptiveField(network, unit) {
  let [top, left, side] = [unit.row, unit.column, 1];
  for (const { size, stride } of network.layers.slice(1, unit.layer + 1).reverse()) {
    [top, left, side] = [top * stride, left * stride, (side - 1) * stride + size];
  }
  return { top, left, side };
}
