/** A training as the page sees it: what its worker has told, and the state that is looked at. */

import { LEARNED, read } from "./digits.js";

/** @typedef {import("./trainer.js").Saved} Saved */
/** @typedef {import("./trainer.js").Settings} Settings */
/** @typedef {import("./curves.js").Point} Point */

/**
 * @typedef {"loads" | "learns" | "progress" | "tested" | "rests" | "rewound" | "failed"} Change
 *   of these only "progress" is not worth a word
 */

const FILE = "training_digits.png";
/** More states than these are thinned out: each takes up to 700 kB. */
const MOST_SAVED = 60;

export class Training {
  /**
   * @param {Worker} worker
   * @param {(file: string) => Promise<ArrayBuffer>} load
   * @param {(what: Change) => void} changed
   */
  constructor(worker, load, changed) {
    this.worker = worker;
    this.load = load;
    this.changed = changed;
    /** @type {"rests" | "loads" | "learns"} */
    this.doing = "rests";
    // The worker's answers carry the number of the run that they belong to.
    this.run = 0;
    this.given = false;
    /**
     * Means over the digits learned since the point before.
     *
     * @type {(Point & {count: number})[]}
     */
    this.learned = [];
    /** On the held-out digits. @type {Point[]} */
    this.tested = [];
    /** @type {Saved[]} */
    this.saved = [];
    /** Which of the saved states is looked at: the last one while it learns. */
    this.shown = 0;
    /** A sentence, where something failed. */
    this.problem = "";
    worker.onmessage = ({ data }) => this.#receive(data);
    worker.onerror = () => this.#fail("The worker has stopped. Reload the page to begin anew.");
  }

  /** Forget everything: the next step is the first one of an untrained network. */
  reset() {
    if (this.doing === "learns") {
      this.pause();
      this.doing = "rests";
    }
    this.run += 1;
    [this.learned, this.tested, this.saved] = [[], [], []];
    this.shown = 0;
    this.problem = "";
  }

  /** The state that is looked at; null for an untrained network. */
  get state() {
    return this.saved[this.shown] ?? null;
  }

  /** Digits that the network has seen. */
  get seen() {
    return this.state?.seen ?? 0;
  }

  /** Where the pass ends. */
  get passEnds() {
    return LEARNED * (Math.floor(this.seen / LEARNED) + 1);
  }

  /**
   * Go on from the state that is looked at; what came after it is forgotten.
   *
   * @param {Settings} settings
   * @param {number} until so many digits have been seen
   */
  async learn(settings, until) {
    if (this.doing !== "rests") return;
    const asked = this.run;
    this.problem = "";
    if (!this.given) await this.#loadDigits();
    if (!this.given) return;
    // It has been reset meanwhile.
    if (asked !== this.run) {
      this.changed("rests");
      return;
    }
    this.doing = "learns";
    let begin = null;
    if (this.shown === 0 || this.shown < this.saved.length - 1) {
      const { seen, state: from } = this;
      this.run += 1;
      begin = { run: this.run, settings, from };
      this.saved.length = from ? this.shown + 1 : 0;
      this.learned = this.learned.filter((point) => point.seen <= seen);
      this.tested = this.tested.filter((point) => point.seen <= seen);
    }
    this.worker.postMessage({ do: "learn", until, begin });
    this.changed("learns");
  }

  pause() {
    this.worker.postMessage({ do: "pause" });
  }

  /** @param {number} to which of the saved states */
  rewind(to) {
    if (this.doing !== "rests" || !this.saved[to]) return;
    this.shown = to;
    this.changed("rewound");
  }

  async #loadDigits() {
    this.doing = "loads";
    this.changed("loads");
    try {
      this.worker.postMessage({ do: "digits", ...(await read(await this.load(FILE))) });
      this.given = true;
      this.doing = "rests";
    } catch (reason) {
      const why = reason instanceof Error ? reason.message : reason;
      this.#fail(`The training digits did not come. ${why}`);
    }
  }

  /** @param {string} problem */
  #fail(problem) {
    this.doing = "rests";
    this.problem = problem;
    this.changed("failed");
  }

  /** @param {import("./worker.js").Progress} progress */
  #receive({ run, part: { count, loss, wrong }, saved, tested, rests }) {
    if (run !== this.run) return;
    const { seen } = saved;
    if (count) {
      this.learned.push({ seen, count, loss: loss / count, error: (100 * wrong) / count });
    }
    if (tested && this.tested[this.tested.length - 1]?.seen !== seen) {
      this.tested.push({ seen, ...tested });
    }
    if (this.saved[this.saved.length - 1]?.seen === seen) this.saved.pop();
    this.saved.push(saved);
    if (this.saved.length > MOST_SAVED) {
      const last = this.saved.length - 1;
      this.saved = this.saved.filter((_, at) => at % 2 === 0 || at === last);
    }
    this.shown = this.saved.length - 1;
    if (rests) this.doing = "rests";
    this.changed(rests ? "rests" : tested ? "tested" : "progress");
  }
}
