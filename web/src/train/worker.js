/** The worker: here the network learns, so that the page does not wait for it. */

import { Trainer } from "./trainer.js";

/**
 * What the page asks for. "digits" comes first; the first "learn" has a beginning.
 *
 * @typedef {{do: "digits", learned: Digits, heldOut: Digits}
 *   | {do: "learn", until: number, begin: Beginning | null}
 *   | {do: "pause"}} Request
 *
 * @typedef {object} Beginning
 * @property {number} run its answers carry this number
 * @property {import("./trainer.js").Settings} settings
 * @property {Saved | null} from where it goes on; null for an untrained network
 */

/**
 * What it answers, every 100 digits and when it comes to rest.
 *
 * @typedef {object} Progress
 * @property {number} run
 * @property {{count: number, loss: number, wrong: number}} part
 *   what has been learned since the last answer: so many digits, sums over them
 * @property {Saved} saved
 * @property {{loss: number, error: number} | null} tested on the held-out digits, now and then
 * @property {boolean} rests
 */

/** @typedef {import("./trainer.js").Saved} Saved */
/** @typedef {import("./digits.js").Digits} Digits */

const TURN = 100;
const NOTHING = { count: 0, loss: 0, wrong: 0 };
/** It looks at the held-out digits when it has seen so many; later at every thousand. */
const TESTS = [200, 500];

/** @type {{learned: Digits, heldOut: Digits}} */
let digits;
/** @type {Trainer} */
let trainer;
let run = 0;
let until = 0;
let waiting = false;

/** Learn for a moment, say how it went, and then hear what the page has asked for meanwhile. */
function turn() {
  waiting = false;
  const before = trainer.seen;
  const end = Math.min(until, TURN * (Math.floor(before / TURN) + 1));
  const part = { ...NOTHING };
  while (trainer.seen < end) {
    const { count, loss, wrong } = trainer.step();
    part.count += count;
    part.loss += loss;
    part.wrong += wrong;
  }
  const rests = trainer.seen >= until;
  const due = TESTS.some((at) => before < at && at <= trainer.seen);
  const thousand = Math.floor(trainer.seen / 1000) > Math.floor(before / 1000);
  tell(part, due || thousand || rests, rests);
  if (!rests) go();
}

/** @param {typeof NOTHING} part @param {boolean} test @param {boolean} rests */
function tell(part, test, rests) {
  const tested = test ? trainer.test(digits.heldOut) : null;
  /** @type {Progress} */
  const progress = { run, part, saved: trainer.save(), tested, rests };
  postMessage(progress);
}

function go() {
  if (!waiting) setTimeout(turn);
  waiting = true;
}

/** @param {Beginning} beginning */
function begin({ run: number, settings, from }) {
  run = number;
  trainer = new Trainer(settings, digits.learned);
  if (from) trainer.restore(from);
  else tell(NOTHING, true, false);
}

self.onmessage = ({ data }) => {
  /** @type {Request} */
  const request = data;
  switch (request.do) {
    case "digits":
      digits = request;
      break;
    case "learn":
      if (request.begin) begin(request.begin);
      until = request.until;
      go();
      break;
    default:
      until = trainer.seen;
  }
};

// The page hears that workers are allowed.
postMessage("ready");
