/** One stop for the Tab key in a table of things to press; the arrow keys do the rest. */

/**
 * @param {HTMLElement} element that holds them all
 * @param {(HTMLElement | null)[][]} rows null where there is nothing
 * @param {HTMLElement} first where the Tab key goes to begin with
 */
export function arrows(element, rows, first) {
  const all = rows.flat().filter((one) => one !== null);
  /** @param {HTMLElement} only */
  function stopAt(only) {
    for (const one of all) one.tabIndex = one === only ? 0 : -1;
  }
  stopAt(first);
  element.addEventListener("focusin", ({ target }) => {
    if (all.includes(/** @type {HTMLElement} */ (target))) {
      stopAt(/** @type {HTMLElement} */ (target));
    }
  });
  element.addEventListener("keydown", (event) => {
    const row = rows.findIndex((one) => one.includes(/** @type {HTMLElement} */ (event.target)));
    if (row < 0 || event.altKey || event.metaKey) return;
    const column = rows[row].indexOf(/** @type {HTMLElement} */ (event.target));
    const last = rows[row].length - 1;
    const top = event.ctrlKey ? 0 : row;
    const bottom = event.ctrlKey ? rows.length - 1 : row;
    /** @type {Record<string, [number, number]>} */
    const places = {
      ArrowLeft: [row, column - 1],
      ArrowRight: [row, column + 1],
      ArrowUp: [row - 1, column],
      ArrowDown: [row + 1, column],
      Home: [top, rows[top].findIndex((one) => one !== null)],
      End: [bottom, last],
    };
    const place = places[event.key];
    if (!place) return;
    event.preventDefault();
    rows[place[0]]?.[place[1]]?.focus();
  });
}
