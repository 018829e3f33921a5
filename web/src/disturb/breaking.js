/** How far until it breaks: where on each slider the answer changes first. */

import { disturbed, read } from "./attack.js";
import { KINDS, outward } from "./kinds.js";

/** @typedef {import("./kinds.js").Kind} Kind */
/** @typedef {{value: number, answer: number}} Break */

/**
 * @typedef {object} Situation
 * @property {import("../common/examples.js").Example} example
 * @property {Float32Array} digit the same in its field
 * @property {import("./change.js").Change} change
 * @property {number} seed of the noise
 * @property {Float64Array} drawn the same, as `lots` has given it
 * @property {import("./attack.js").Attack} attack
 */

// So many milliseconds at a time, so that sliders can be moved meanwhile.
const SLICE = 8;
// Not while one is moved.
const PAUSE = 200;

/**
 * Search for the first change of the answer on both sides of a slider's rest, while all other
 * sliders stand as they stand. It pauses after each digit that is read.
 *
 * @param {import("../engine.js").Network} network
 * @param {Situation} situation
 * @param {Kind} kind
 * @returns {Generator<void, Break[]>} at most one for each side
 */
export function* firstBreaks(network, { digit, change, drawn, attack }, kind) {
  /** @param {number} value */
  const answer = (value) => {
    const changed = { ...change, [kind.key]: value };
    read(network, disturbed(network, digit, changed, drawn, attack).field);
    return network.classify();
  };
  const atRest = answer(kind.rest);
  const found = [];
  for (const side of /** @type {const} */ ([-1, 1])) {
    for (const value of outward(kind, side)) {
      yield;
      const now = answer(value);
      if (now === atRest) continue;
      found.push({ value, answer: now });
      break;
    }
  }
  return found;
}

/**
 * Searches all sliders whenever something changes, in the background, and again only where what
 * was found does not hold any more.
 *
 * @param {import("../engine.js").Network} network
 * @param {(kind: Kind, found: Break[] | null) => void} report
 *   null: what was found before does not hold
 */
export function searcher(network, report) {
  /** @type {Map<Kind, string>} what the last report of each was for */
  const known = new Map();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  /** @param {Situation} situation */
  function search(situation) {
    clearTimeout(timer);
    const waiting = KINDS.filter((kind) => known.get(kind) !== depends(situation, kind));
    for (const kind of waiting) {
      known.delete(kind);
      report(kind, null);
    }
    /** @type {Generator<void, Break[]> | null} */
    let running = null;
    function go() {
      const end = performance.now() + SLICE;
      while (waiting.length && performance.now() < end) {
        const [kind] = waiting;
        running ??= firstBreaks(network, situation, kind);
        const step = running.next();
        if (!step.done) continue;
        known.set(kind, depends(situation, kind));
        report(kind, step.value);
        waiting.shift();
        running = null;
      }
      if (waiting.length) timer = setTimeout(go);
    }
    timer = setTimeout(go, PAUSE);
  }

  return { search, stop: () => clearTimeout(timer) };
}

/**
 * All that the breaks of a slider depend on: not on its own place.
 *
 * @param {Situation} situation
 * @param {Kind} kind
 */
function depends({ example, change, seed, attack }, { key, rest }) {
  const others = { ...change, [key]: rest };
  const noise = change.noise || key === "noise";
  const attacks = change.epsilon || key === "epsilon";
  return JSON.stringify([example.number, others, noise && seed, attacks && attack]);
}
