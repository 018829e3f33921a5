/** The ink on the pad: a square of gray levels, 0 paper, 255 ink, row by row. */

/** Pixels along a side: eight for each pixel of an MNIST digit. */
export const SIDE = 224;
/** Pad pixels for each pixel of an MNIST digit. */
export const GRAIN = SIDE / 28;

const RADIUS = { pen: 8.5, eraser: 16 };

export class Ink {
  constructor() {
    this.pixels = new Uint8ClampedArray(SIDE * SIDE);
    this.base = this.pixels.slice();
    this.changed = { right: 0, down: 0, degrees: 0, thickness: 0 };
  }

  /** Remove all ink. */
  clear() {
    this.pixels.fill(0);
    this.#settle();
  }

  /**
   * Put a digit on the pad, each of its pixels as a square of the same gray.
   *
   * @param {ArrayLike<number>} digit 28 x 28 gray levels
   */
  show(digit) {
    for (let row = 0; row < SIDE; row++) {
      for (let column = 0; column < SIDE; column++) {
        const source = Math.floor(row / GRAIN) * 28 + Math.floor(column / GRAIN);
        this.pixels[row * SIDE + column] = digit[source];
      }
    }
    this.#settle();
  }

  /**
   * Draw or erase along a line, in pad pixels, with a round tip and a soft edge.
   *
   * @param {"pen" | "eraser"} tool
   * @param {number} x0
   * @param {number} y0
   * @param {number} x1
   * @param {number} y1
   */
  stroke(tool, x0, y0, x1, y1) {
    const radius = RADIUS[tool];
    const [left, right] = reach(x0, x1, radius);
    const [top, bottom] = reach(y0, y1, radius);
    const [dx, dy] = [x1 - x0, y1 - y0];
    const length = dx * dx + dy * dy;
    for (let row = top; row <= bottom; row++) {
      for (let column = left; column <= right; column++) {
        const [x, y] = [column + 0.5 - x0, row + 0.5 - y0];
        const along = length ? Math.min(1, Math.max(0, (x * dx + y * dy) / length)) : 0;
        const distance = Math.hypot(x - along * dx, y - along * dy);
        const covered = 255 * Math.min(1, Math.max(0, radius + 0.5 - distance));
        const at = row * SIDE + column;
        this.pixels[at] =
          tool === "pen"
            ? Math.max(this.pixels[at], covered)
            : Math.min(this.pixels[at], 255 - covered);
      }
    }
    this.#settle();
  }

  /**
   * Move, turn or thicken what is there. Several changes in a row start from the same ink, so that
   * it does not blur.
   *
   * @param {{right?: number, down?: number, degrees?: number, thickness?: number}} change
   *   right and down in pixels of an MNIST digit; degrees clockwise; thickness in pad pixels by
   *   which an edge moves out, negative for thinner
   */
  change({ right = 0, down = 0, degrees = 0, thickness = 0 }) {
    this.changed.right += right;
    this.changed.down += down;
    this.changed.degrees += degrees;
    this.changed.thickness += thickness;
    const turned = turn(this.base, this.changed.degrees);
    const thick = thicken(turned, this.changed.thickness);
    this.pixels.set(shift(thick, this.changed.right * GRAIN, this.changed.down * GRAIN));
  }

  /** Take what is there as the ink that the next changes start from. */
  #settle() {
    this.base = this.pixels.slice();
    this.changed = { right: 0, down: 0, degrees: 0, thickness: 0 };
  }
}

/**
 * @param {number} a
 * @param {number} b
 * @param {number} radius
 */
function reach(a, b, radius) {
  const limit = (/** @type {number} */ value) => Math.min(SIDE - 1, Math.max(0, value));
  return [
    limit(Math.floor(Math.min(a, b) - radius - 1)),
    limit(Math.ceil(Math.max(a, b) + radius + 1)),
  ];
}

/**
 * @param {Uint8ClampedArray} pixels
 * @param {number} right
 * @param {number} down
 */
function shift(pixels, right, down) {
  const moved = new Uint8ClampedArray(pixels.length);
  for (let row = Math.max(0, down); row < Math.min(SIDE, SIDE + down); row++) {
    for (let column = Math.max(0, right); column < Math.min(SIDE, SIDE + right); column++) {
      moved[row * SIDE + column] = pixels[(row - down) * SIDE + column - right];
    }
  }
  return moved;
}

/**
 * Turn around the middle; between pixels, the values are interpolated.
 *
 * @param {Uint8ClampedArray} pixels
 * @param {number} degrees clockwise
 */
function turn(pixels, degrees) {
  if (degrees % 360 === 0) return pixels;
  const turned = new Uint8ClampedArray(pixels.length);
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const middle = (SIDE - 1) / 2;
  const at = (/** @type {number} */ row, /** @type {number} */ column) =>
    row >= 0 && row < SIDE && column >= 0 && column < SIDE ? pixels[row * SIDE + column] : 0;
  for (let row = 0; row < SIDE; row++) {
    for (let column = 0; column < SIDE; column++) {
      const [x, y] = [column - middle, row - middle];
      const [fromColumn, fromRow] = [cos * x + sin * y + middle, cos * y - sin * x + middle];
      const [left, top] = [Math.floor(fromColumn), Math.floor(fromRow)];
      const [u, v] = [fromColumn - left, fromRow - top];
      turned[row * SIDE + column] =
        (1 - v) * ((1 - u) * at(top, left) + u * at(top, left + 1)) +
        v * ((1 - u) * at(top + 1, left) + u * at(top + 1, left + 1));
    }
  }
  return turned;
}

/**
 * Give each pixel the darkest value (or, for a negative radius, the lightest) around it.
 *
 * @param {Uint8ClampedArray} pixels
 * @param {number} radius
 */
function thicken(pixels, radius) {
  const sign = Math.sign(radius);
  let result = pixels;
  for (let done = 0; done < Math.abs(radius); done++) {
    // A cross and a square by turns come near to a disk.
    const cross = extreme(result, sign, result, 1);
    result = done % 2 ? extreme(result, sign, cross, SIDE) : extreme(cross, sign, cross, SIDE);
  }
  return result;
}

/**
 * The darkest (sign 1) or lightest (-1) of three values in a line, and of what is there already.
 *
 * @param {Uint8ClampedArray} pixels
 * @param {number} sign
 * @param {Uint8ClampedArray} there
 * @param {number} step to the neighbor: 1 across, SIDE down
 */
function extreme(pixels, sign, there, step) {
  const result = there.slice();
  for (let at = SIDE; at < pixels.length - SIDE; at++) {
    const [before, after] = [pixels[at - step], pixels[at + step]];
    const outer = sign * (before - after) > 0 ? before : after;
    if (sign * (outer - result[at]) > 0) result[at] = outer;
  }
  return result;
}
