/** What a reader sees where a component cannot start: what stands in, and a plain sentence. */

/**
 * What a component reads from its host, in the words of anywidget.
 *
 * @typedef {object} Model
 * @property {(name: string) => any} get "weights": a DataView; "values": what it shows; "figure":
 *   the figure as HTML
 */

/**
 * @typedef {(file: string) => Promise<ArrayBuffer>} Load a file of the component, when it is needed
 */

/** @typedef {{render: (context: {model: Model, el: HTMLElement, load: Load}) => any}} Component */

/**
 * Return a component that shows its figure until it has started, and for good if it cannot start.
 *
 * @param {Component} component
 * @returns {{render: (context: {model: any, el: HTMLElement, load?: Load}) => any}}
 */
export function guarded(component) {
  return {
    async render({ model, el, load = fromKernel(model) }) {
      const figure = document.createElement("div");
      figure.innerHTML = model.get("figure");
      const stage = document.createElement("div");
      // It has its size from the beginning, for components that measure it, but shows nothing yet.
      stage.style.visibility = "hidden";
      // From what has not got this JupyterLab takes keys for itself: an "a" inserts a cell.
      stage.addEventListener("focusin", ({ target }) => {
        /** @type {Element} */ (target).setAttribute("data-lm-suppress-shortcuts", "");
      });
      el.replaceChildren(figure, stage);
      try {
        const cleanUp = await component.render({ model, el: stage, load });
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
 * In a notebook the kernel has the files, and sends one when it is asked to.
 *
 * @param {any} model of anywidget
 * @returns {Load}
 */
function fromKernel(model) {
  return (file) =>
    new Promise((resolve, reject) => {
      const late = setTimeout(
        () => reject(new Error(`The file ${file} did not come: is the notebook's kernel running?`)),
        20000,
      );
      /** @type {(message: {file?: string}, buffers: DataView[]) => void} */
      const receive = (message, buffers) => {
        if (message.file !== file) return;
        clearTimeout(late);
        model.off("msg:custom", receive);
        const [{ buffer, byteOffset, byteLength }] = buffers;
        resolve(/** @type {ArrayBuffer} */ (buffer.slice(byteOffset, byteOffset + byteLength)));
      };
      model.on("msg:custom", receive);
      model.send({ file });
    });
}

/**
 * Say under what stands in for a component why it stays.
 *
 * @param {HTMLElement} el
 * @param {unknown} error
 */
export function explain(el, error) {
  const reason = error instanceof Error ? error.message : String(error);
  const message = document.createElement("p");
  message.className = "component-message";
  message.setAttribute("role", "status");
  message.textContent = `This part of the page can do more, but it did not start. ${reason}`;
  el.append(message);
}
