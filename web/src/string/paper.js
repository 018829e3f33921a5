/** The pad: write digits in a row with pen, finger or mouse; on it a composed string is shown too. */

import { make } from "../common/page.js";
import { SIDE } from "./network.js";
import { HEIGHT, RADIUS } from "./strokes.js";

/**
 * A composed string, as the pad shows it.
 *
 * @typedef {{strip: Float32Array, width: number, chosen: number | null}} Shown
 *   `chosen` is the column of the chosen symbol's middle
 */

/** Points nearer than this to the last one, in rows, say nothing new. */
const FINEST = 0.2;

/**
 * @param {import("../common/colors.js").Scale} scale
 * @param {{began: () => void, drew: () => void, ended: () => void, typed: (key: string) => boolean}}
 *   calls what is called when a stroke begins, grows and ends, and for a key: whether it is used
 */
export function paper(scale, { began, drew, ended, typed }) {
  /** @type {import("./strokes.js").Stroke[]} */
  const strokes = [];
  const canvas = make("canvas", { "aria-hidden": "true" });
  const hint = make("span", { class: "rs-hint", "aria-hidden": "true" }, "Write digits here");
  const surface = make(
    "div",
    {
      class: "rs-pad",
      role: "application",
      tabindex: "0",
      "aria-roledescription": "writing pad",
      "aria-label":
        "String of test digits: type digits, a point or a star; arrow keys choose one; minus and " +
        "plus move it nearer to its left neighbor or farther; Delete removes it.",
    },
    canvas,
    hint,
  );
  /** @type {Shown | null} */
  let shown = null;
  let drawing = false;

  /** @param {PointerEvent} event */
  function add(event) {
    const frame = surface.getBoundingClientRect();
    const unit = surface.clientHeight / SIDE;
    const x = (event.clientX - frame.left - surface.clientLeft) / unit;
    const y = (event.clientY - frame.top - surface.clientTop) / unit;
    const stroke = strokes[strokes.length - 1];
    const last = stroke[stroke.length - 1];
    if (!last || Math.hypot(x - last[0], y - last[1]) > FINEST) stroke.push([x, y]);
  }

  surface.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
    if (event.button !== 0) return;
    surface.setPointerCapture(event.pointerId);
    began();
    drawing = true;
    strokes.push([]);
    add(event);
    drew();
  });
  surface.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => {
    if (!drawing || !surface.hasPointerCapture(event.pointerId)) return;
    const points = event.getCoalescedEvents?.() ?? [];
    for (const point of points.length ? points : [event]) add(point);
    drew();
  });
  for (const end of ["pointerup", "pointercancel"]) {
    surface.addEventListener(end, () => {
      if (!drawing) return;
      drawing = false;
      ended();
    });
  }
  surface.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (typed(event.key)) event.preventDefault();
  });

  function paint() {
    const [wide, high] = [surface.clientWidth, surface.clientHeight];
    const sharp = globalThis.devicePixelRatio || 1;
    [canvas.width, canvas.height] = [Math.round(wide * sharp), Math.round(high * sharp)];
    const context = canvas.getContext("2d");
    context.scale(sharp, sharp);
    // Pixels of the page for a row: a composed string is as wide as the pad, strokes are as high.
    const unit = shown ? wide / shown.width : high / SIDE;
    context.translate(0, (high - SIDE * unit) / 2);
    context.scale(unit, unit);
    const { color, borderTopColor } = getComputedStyle(canvas);
    context.fillStyle = borderTopColor;
    for (const row of [(SIDE - HEIGHT) / 2, (SIDE + HEIGHT) / 2]) {
      context.fillRect(0, row - 0.5 / unit, wide, 1 / unit);
    }
    if (shown) paintPixels(context, shown);
    if (shown?.chosen != null) {
      context.fillStyle = color;
      context.fillRect(shown.chosen - 8, SIDE - 3, 16, 0.8);
    }
    [context.lineWidth, context.lineCap, context.lineJoin] = [2 * RADIUS, "round", "round"];
    context.strokeStyle = scale.css(1, 1).background;
    for (const stroke of strokes) {
      context.beginPath();
      for (const [x, y] of [stroke[0], ...stroke]) context.lineTo(x, y);
      context.stroke();
    }
    hint.hidden = shown === null && strokes.length > 0;
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Shown} shown
   */
  function paintPixels(context, { strip, width }) {
    const picture = make("canvas", { width, height: SIDE });
    const own = picture.getContext("2d");
    const image = own.createImageData(width, SIDE);
    // Paper stays clear, so that the lines below are seen.
    const colors = new Uint32Array(image.data.buffer);
    strip.forEach((value, at) => (colors[at] = value > 0 ? scale.color(value, 1) : 0));
    own.putImageData(image, 0, 0);
    context.imageSmoothingEnabled = false;
    context.drawImage(picture, 0, 0);
  }

  return {
    surface,
    strokes,
    /** @param {Shown | null} composed null: the strokes */
    show(composed) {
      shown = composed;
      paint();
    },
    paint,
  };
}
