/**
 * The quiz of a chapter: choose an answer and read why it is right or wrong.
 *
 * Its questions are those of the figure, where the answers are folded.
 */

import base from "../common/base.css";
import style from "./quiz.css";
import { make, say, speaker } from "../common/page.js";
import { Memory, outcome, tally } from "./answers.js";
import { marks } from "./marks.js";

/**
 * @typedef {object} Asked
 * @property {string} key
 * @property {boolean[]} right
 * @property {Node[]} asks
 * @property {{says: Node[], because: Node[]}[]} options
 */

const KEPT = "Your answers are kept in this browser, and sent nowhere.";
const NOT_KEPT =
  "This browser does not keep your answers: they are gone when you leave the page. " +
  "They are sent nowhere.";
/** @type {Record<string, number>} */
const STEPS = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };

export default {
  /**
   * @param {{model: {get: (name: string) => any}, el: HTMLElement}} host
   *   whose model has the quiz as HTML under "figure", and in "values" the chapter's two digits
   * @returns {() => void} what removes the component's listeners
   */
  render({ model, el }) {
    const { chapter } = model.get("values");
    if (!/^\d\d$/.test(chapter)) {
      throw new Error(`The chapter is ${chapter}, expected two digits.`);
    }
    const { element, stop } = component(chapter, questionsIn(model.get("figure")));
    el.append(make("style", {}, base + style), element);
    return stop;
  },
};

/**
 * @param {string} figure
 * @returns {Asked[]}
 */
function questionsIn(figure) {
  const page = document.createElement("template");
  page.innerHTML = figure;
  const questions = [...page.content.querySelectorAll(".quiz > li")].map((item) => {
    const options = [...item.querySelectorAll("details")];
    return {
      key: item.getAttribute("data-question") ?? "",
      right: options.map((option) => option.hasAttribute("data-right")),
      asks: contents(item, "p"),
      options: options.map((option) => ({
        says: contents(option, "summary"),
        because: contents(option, "p"),
      })),
    };
  });
  if (!questions.length || questions.some(({ key, right }) => !key || !right.includes(true))) {
    throw new Error("The page has no questions with a right answer each.");
  }
  return questions;
}

/**
 * @param {Element} inside
 * @param {string} tag
 */
const contents = (inside, tag) => [...(inside.querySelector(tag)?.childNodes ?? [])];

/**
 * @param {string} chapter
 * @param {Asked[]} questions
 */
function component(chapter, questions) {
  const memory = new Memory();
  const speech = speaker();
  // Two in one page, or one in each of two notebook cells, must not share names.
  const own = `qz${Math.random().toString(36).slice(2)}`;
  let tries = memory.read(chapter, questions);
  let chosen = tries.map(lastOf);

  const items = questions.map((question, at) =>
    item(question, at, `${own}-${at}`, (choice) => answer(at, choice)),
  );
  const squares = marks();
  const score = make("span", {});
  const again = make("button", { type: "button", click: takeAgain }, "Take the quiz again");
  const note = make("span", {});
  const element = make(
    "section",
    { class: "lc qz", "aria-label": "Quiz" },
    make(
      "p",
      { class: "qz-soft" },
      "Choose an answer, and read why it is right or wrong. " +
        "With the keyboard, arrow keys move and Space chooses.",
    ),
    ...items.map((one) => one.element),
    make("div", { class: "lc-row qz-score" }, squares.element, score, again),
    make("p", { class: "qz-soft" }, note, ...progressLink()),
    speech.element,
  );
  const stopWatching = memory.watch(() => {
    tries = memory.read(chapter, questions);
    chosen = tries.map(lastOf);
    show();
  });

  /**
   * Where a question stands when it is come back to: at its right answer, if that was found.
   *
   * @param {number[]} tried
   * @param {number} at
   */
  function lastOf(tried, at) {
    return tried.find((choice) => questions[at].right[choice]) ?? tried.at(-1) ?? -1;
  }

  /**
   * @param {number} at
   * @param {number} choice
   */
  function answer(at, choice) {
    const wasKept = memory.kept;
    if (!tries[at].includes(choice)) {
      tries[at].push(choice);
      memory.write(chapter, questions, tries);
    }
    chosen[at] = choice;
    show();
    const lost = wasKept && !memory.kept ? ` ${NOT_KEPT}` : "";
    speech.speak(`${items[at].why(choice)} ${score.textContent}${lost}`);
  }

  function takeAgain() {
    memory.forget(chapter);
    tries = questions.map(() => []);
    chosen = questions.map(() => -1);
    show();
    items[0].focus();
    speech.speak("All questions of this quiz are open again.");
  }

  function show() {
    items.forEach((one, at) => one.update(tries[at], chosen[at]));
    const outcomes = questions.map((question, at) => outcome(question, tries[at]));
    const { right, first, of } = tally(outcomes);
    squares.update(outcomes);
    say(score, `${right} of ${of} answered right, ${first} at the first try.`);
    say(note, memory.kept ? KEPT : NOT_KEPT);
    again.hidden = !tries.some((tried) => tried.length);
  }

  show();
  return {
    element,
    stop() {
      stopWatching();
      speech.stop();
    },
  };
}

/**
 * @param {Asked} question
 * @param {number} at
 * @param {string} name
 * @param {(choice: number) => void} answer
 */
function item({ asks, options, right }, at, name, answer) {
  const parts = options.map(({ says, because }, choice) => {
    const radio = make("input", { type: "radio", name, change: () => answer(choice) });
    const why = make("p", { class: "qz-why", id: `${name}-${choice}` }, ...because);
    const element = make(
      "div",
      { class: "qz-option" },
      make("label", {}, radio, make("span", {}, ...says)),
      why,
    );
    return { radio, why, element };
  });
  const radios = parts.map((part) => part.radio);

  /** @param {KeyboardEvent} event */
  function press(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const from = radios.indexOf(event.target);
    if (from < 0) return;
    if (event.key in STEPS) {
      // The browser would choose what the arrow only passes, and that would count as a try.
      event.preventDefault();
      radios[(from + STEPS[event.key] + radios.length) % radios.length].focus();
    } else if (event.key === "Enter") radios[from].click();
  }

  return {
    element: make(
      "fieldset",
      { keydown: press },
      make("legend", {}, make("span", { class: "qz-number" }, `${at + 1}. `), ...asks),
      ...parts.map((part) => part.element),
    ),
    focus: () => radios[0].focus(),
    /** @param {number} choice */
    why: (choice) => parts[choice].why.textContent,
    /**
     * @param {number[]} tried
     * @param {number} chosen
     */
    update(tried, chosen) {
      parts.forEach(({ radio, why, element }, choice) => {
        const shown = tried.includes(choice);
        radio.checked = choice === chosen;
        why.hidden = !shown;
        // Not before it is shown: a description is read aloud even while it is hidden.
        if (shown) radio.setAttribute("aria-describedby", why.id);
        else radio.removeAttribute("aria-describedby");
        element.classList.toggle("qz-right", shown && right[choice]);
        element.classList.toggle("qz-wrong", shown && !right[choice]);
      });
    },
  };
}

/** In the book, where its pages say how to get to its root. */
function progressLink() {
  const root = document.documentElement.dataset.content_root;
  if (root === undefined) return [];
  return [" ", make("a", { href: `${root}appendix/progress.html` }, "Your progress in all chapters")];
}
