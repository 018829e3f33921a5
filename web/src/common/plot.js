/** Plots that a component draws. */

/**
 * A line over its axes, with a dot. The canvas has the class lc-plot, which has the colors.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {number[][][]} axes
 * @param {number[][]} points
 * @param {number[]} dot
 */
export function plot(canvas, axes, points, dot) {
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const style = getComputedStyle(canvas);
  const line = (
    /** @type {number[][]} */ through,
    /** @type {number} */ wide,
    /** @type {string} */ color,
  ) => {
    context.lineWidth = wide;
    context.strokeStyle = color;
    context.beginPath();
    for (const [x, y] of through) context.lineTo(x, y);
    context.stroke();
  };
  context.clearRect(0, 0, canvas.width, canvas.height);
  for (const axis of axes) line(axis, 1.5, style.borderTopColor);
  line(points, 2.5, style.color);
  context.fillStyle = style.outlineColor;
  context.beginPath();
  context.arc(dot[0], dot[1], 6, 0, 7);
  context.fill();
}
