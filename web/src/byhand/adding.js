/** A result that is formed step by step: a slider, and a run that can be paused. */

import { make, say, wantsLessMotion } from "../common/page.js";

const MILLISECONDS = 250;

/**
 * @param {string} label of the slider
 * @param {() => void} changed
 */
export function adding(label, changed) {
  let [added, count] = [0, 0];
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let timer;
  const slider = make("input", {
    type: "range",
    min: "0",
    input: () => {
      stop();
      show(Number(slider.value));
    },
  });
  const play = make(
    "button",
    { type: "button", hidden: wantsLessMotion(), click: toggle },
    "One by one",
  );
  const sentence = make("p", { class: "bh-sentence" });
  const element = make(
    "div",
    { class: "bh-adding" },
    make("label", {}, label, slider),
    play,
    sentence,
  );

  /** @param {number} to */
  function show(to) {
    added = to;
    slider.value = String(added);
    changed();
  }

  function toggle() {
    if (timer !== undefined) return stop();
    if (added === count) show(0);
    say(play, "Pause");
    timer = setInterval(() => {
      if (!element.isConnected || added >= count) return stop();
      show(added + 1);
    }, MILLISECONDS);
  }

  function stop() {
    clearInterval(timer);
    timer = undefined;
    say(play, "One by one");
  }

  return {
    element,
    stop,
    added: () => added,
    /**
     * All steps are done.
     *
     * @param {number} steps
     */
    reset(steps) {
      stop();
      count = added = steps;
      slider.max = slider.value = String(steps);
    },
    /** @param {string} words what is seen, and said of the slider */
    tell(words) {
      say(sentence, words);
      slider.setAttribute("aria-valuetext", words);
    },
  };
}
