/** What a reader sees where a component cannot start: the figure and a plain sentence. */

/**
 * What a component reads from its host, in the words of anywidget.
 *
 * @typedef {object} Model
 * @property {(name: string) => any} get "weights": a DataView; "figure": the figure as HTML
 */

/** @typedef {{render: (context: {model: Model, el: HTMLElement}) => any}} Component */

/**
 * Return a component that shows its figure until it has started, and for good if it cannot start.
 *
 * @param {Component} component
 * @returns {Component}
 */
export function guarded(component) {
  return {
    async render({ model, el }) {
      const figure = document.createElement("div");
      figure.innerHTML = model.get("figure");
      const stage = document.createElement("div");
      // It has its size from the beginning, for components that measure it, but shows nothing yet.
      stage.style.visibility = "hidden";
      el.replaceChildren(figure, stage);
      try {
        const cleanUp = await component.render({ model, el: stage });
        stage.style.visibility = "";
        figure.remove();
        return cleanUp;
      } catch (error) {
        stage.remove();
        explain(el, error);
      }
    },
  };
}

/**
 * Say under the figure why it does not move.
 *
 * @param {HTMLElement} el
 * @param {unknown} error
 */
export function explain(el, error) {
  const reason = error instanceof Error ? error.message : String(error);
  const message = document.createElement("p");
  message.className = "component-message";
  message.setAttribute("role", "status");
  message.textContent = `This figure can be played with, but it did not start. ${reason}`;
  el.append(message);
}
