/** How many questions of each chapter's quiz were answered, as far as this browser knows. */

import base from "../common/base.css";
import style from "./quiz.css";
import { make, say, speaker } from "../common/page.js";
import { Memory, outcome, tally } from "./answers.js";
import { marks } from "./marks.js";

/** @typedef {import("./answers.js").Question} Question */
/** @typedef {{number: string, title: string, href: string, questions: Question[]}} Chapter */

const KINDS = { first: "right at the first try", later: "right later", open: "open" };

export default {
  /**
   * @param {{model: {get: (name: string) => any}, el: HTMLElement}} host
   *   whose model has under "figure" a list of links, and under "values" the questions of each
   *   chapter: their keys, with a 1 for each right option and a 0 for each wrong one
   * @returns {() => void} what removes the component's listeners
   */
  render({ model, el }) {
    const chapters = chaptersIn(model.get("figure"), model.get("values"));
    const { element, stop } = component(chapters);
    el.append(make("style", {}, base + style), element);
    return stop;
  },
};

/**
 * @param {string} figure
 * @param {Record<string, [string, string][]>} values
 * @returns {Chapter[]}
 */
function chaptersIn(figure, values) {
  const page = document.createElement("template");
  page.innerHTML = figure;
  return Object.entries(values).map(([name, questions]) => {
    const link = page.content.querySelector(`a[href*="${name}"]`);
    if (!link) throw new Error(`The page has no link to ${name}.`);
    return {
      number: name.slice(0, 2),
      title: link.textContent ?? name,
      href: `${link.getAttribute("href")}#quiz`,
      questions: questions.map(([key, right]) => ({
        key,
        right: [...right].map((option) => option === "1"),
      })),
    };
  });
}

/** @param {Chapter[]} chapters */
function component(chapters) {
  const memory = new Memory();
  const speech = speaker();
  const summary = make("p", { class: "qz-summary", tabindex: "-1" });
  const rows = chapters.map(({ title, href }) => row(make("a", { href }, title)));
  const whole = row("All chapters", false);

  const ask = make("button", { type: "button", click: asked }, "Forget all answers");
  const keep = make("button", { type: "button", click: () => answered(false) }, "Keep them");
  const question = make(
    "div",
    {
      class: "lc-row",
      role: "group",
      "aria-label": "Forget all answers?",
      hidden: true,
      keydown: (/** @type {KeyboardEvent} */ event) => {
        if (event.key === "Escape") answered(false);
      },
    },
    make("span", {}, "Forget the answers to all quizzes? They cannot be brought back."),
    keep,
    make("button", { type: "button", click: () => answered(true) }, "Forget them"),
  );
  const element = make(
    "section",
    { class: "lc qz", "aria-label": "Progress" },
    summary,
    make(
      "table",
      {},
      make("caption", { class: "lc-unseen" }, "Answers by chapter"),
      make(
        "thead",
        {},
        make(
          "tr",
          {},
          ...["Chapter", "Answered right", "At the first try"].map((name) =>
            make("th", { scope: "col" }, name),
          ),
        ),
      ),
      make("tbody", {}, ...rows.map((one) => one.element)),
      make("tfoot", {}, whole.element),
    ),
    make(
      "p",
      { class: "qz-soft qz-key" },
      ...Object.entries(KINDS).map(([kind, words]) => {
        const square = marks();
        square.update([/** @type {import("./answers.js").Outcome} */ (kind)]);
        return make("span", {}, square.element, words);
      }),
    ),
    make("div", { class: "qz-score" }, ask, question),
    speech.element,
  );
  const stopWatching = memory.watch(show);

  function asked() {
    ask.hidden = true;
    question.hidden = false;
    keep.focus();
  }

  /** @param {boolean} forget */
  function answered(forget) {
    question.hidden = true;
    if (forget) memory.forget();
    show();
    if (ask.hidden) summary.focus();
    else ask.focus();
    speech.speak(forget ? "All answers are forgotten." : "All answers are kept.");
  }

  function show() {
    let any = false;
    const all = chapters.map(({ number, questions }, at) => {
      const tries = memory.read(number, questions);
      any ||= tries.some((tried) => tried.length);
      const outcomes = questions.map((one, place) => outcome(one, tries[place]));
      rows[at].update(outcomes);
      return outcomes;
    });
    const { right, first, of } = tally(all.flat());
    whole.update(all.flat());
    say(
      summary,
      !memory.kept
        ? "This browser does not keep answers, so there is nothing to count."
        : right
          ? `You have answered ${right} of ${of} questions right, ${first} at the first try.`
          : `None of the ${of} questions is answered right yet. A chapter's name leads to its quiz.`,
    );
    ask.hidden = !any || !question.hidden;
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
 * A row of the table.
 *
 * @param {Node | string} name
 * @param {boolean} [withMarks]
 */
function row(name, withMarks = true) {
  const squares = marks();
  const counted = make("span", {});
  const firstTime = make("td", {});
  const element = make(
    "tr",
    {},
    make("th", { scope: "row" }, name),
    make("td", {}, make("span", { class: "qz-counted" }, counted, withMarks ? squares.element : "")),
    firstTime,
  );
  return {
    element,
    /** @param {import("./answers.js").Outcome[]} outcomes */
    update(outcomes) {
      const { right, first, of } = tally(outcomes);
      squares.update(outcomes);
      say(counted, `${right} of ${of}`);
      say(firstTime, String(first));
    },
  };
}
