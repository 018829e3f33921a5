/** What was answered: kept by the browser, counted for the reader, sent nowhere. */

/**
 * @typedef {object} Question
 * @property {string} key changes when the question or its options do
 * @property {boolean[]} right for each option, whether it is right
 */

/** @typedef {"first" | "later" | "open"} Outcome right at the first try, later, or not yet */

/** Before the number of a chapter, the name of its record. */
export const PREFIX = "lenet-course.quiz.";

/** The answers that this browser keeps, or has in mind for this visit where it keeps nothing. */
export class Memory {
  constructor() {
    /** Whether answers are there at the next visit, as far as is known. */
    this.kept = true;
    /** @type {Map<string, string>} the records of this visit */
    this.visit = new Map();
  }

  /**
   * What was chosen for each question, in the order of the first times.
   *
   * @param {string} chapter
   * @param {Question[]} questions
   * @returns {number[][]}
   */
  read(chapter, questions) {
    const record = parsed(this.#record(chapter));
    return questions.map(({ key, right }) => {
      const found = record?.[key];
      if (!Array.isArray(found)) return [];
      return [...new Set(found)].filter((choice) => right.some((_, option) => option === choice));
    });
  }

  /** @param {string} chapter */
  #record(chapter) {
    // A record that could not be written may be there in an older state.
    if (this.kept) {
      try {
        return localStorage.getItem(PREFIX + chapter);
      } catch {
        this.kept = false;
      }
    }
    return this.visit.get(chapter) ?? null;
  }

  /**
   * @param {string} chapter
   * @param {Question[]} questions
   * @param {number[][]} tries
   */
  write(chapter, questions, tries) {
    const answered = questions.flatMap(({ key }, at) => (tries[at].length ? [[key, tries[at]]] : []));
    const record = JSON.stringify(Object.fromEntries(answered));
    this.visit.set(chapter, record);
    try {
      localStorage.setItem(PREFIX + chapter, record);
      this.kept = true;
    } catch {
      this.kept = false;
    }
  }

  /** @param {string} [chapter] this one; else all, also those that are no more */
  forget(chapter) {
    if (chapter) this.visit.delete(chapter);
    else this.visit.clear();
    try {
      for (const name of Object.keys(localStorage)) {
        if (chapter ? name === PREFIX + chapter : name.startsWith(PREFIX)) {
          localStorage.removeItem(name);
        }
      }
    } catch {
      this.kept = false;
    }
  }

  /**
   * Call a function when the answers may have changed elsewhere: in another tab, or while this
   * page was left and is now come back to.
   *
   * @param {() => void} changed
   * @returns {() => void} what ends it
   */
  watch(changed) {
    /** @type {(event: StorageEvent) => void} */
    const stored = ({ key }) => {
      if (key === null || key.startsWith(PREFIX)) changed();
    };
    /** @type {(event: PageTransitionEvent) => void} */
    const back = ({ persisted }) => {
      if (persisted) changed();
    };
    addEventListener("storage", stored);
    addEventListener("pageshow", back);
    return () => {
      removeEventListener("storage", stored);
      removeEventListener("pageshow", back);
    };
  }
}

/**
 * @param {string | null} record
 * @returns {any} null if it cannot be read
 */
function parsed(record) {
  try {
    return JSON.parse(record ?? "null");
  } catch {
    return null;
  }
}

/**
 * @param {Question} question
 * @param {number[]} tries
 * @returns {Outcome}
 */
export function outcome({ right }, tries) {
  const found = tries.findIndex((choice) => right[choice]);
  return found === 0 ? "first" : found > 0 ? "later" : "open";
}

/**
 * @param {Outcome[]} outcomes
 * @returns {{right: number, first: number, of: number}}
 */
export function tally(outcomes) {
  const first = outcomes.filter((one) => one === "first").length;
  const later = outcomes.filter((one) => one === "later").length;
  return { right: first + later, first, of: outcomes.length };
}
