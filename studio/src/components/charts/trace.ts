import { firstAbove, firstAtLeast, type LineData, number } from "./line-data";
import type { Scale } from "./scale";

/** The part of a 2D context that a path needs, so that a test can look at it. */
export interface Pen {
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
}

/** The indices of a line that an axis shows, with one more at each side so that the line goes on to the edge. */
export function shownPart(line: LineData, x: Scale): [number, number] {
  return [Math.max(0, firstAtLeast(line.x, x.range.low) - 1), Math.min(line.x.length, firstAbove(line.x, x.range.high) + 1)];
}

/**
 * Draws a line with at most four strokes a column of pixels: in, to the least, to the greatest, out. No extreme is lost, however many
 * points share a column.
 *
 * @param column width of a column, in the units of the scales.
 */
export function trace(pen: Pen, line: LineData, x: Scale, y: Scale, column: number): void {
  const [from, to] = shownPart(line, x);
  // Few points stand where they belong: moved into the middle of a column, a straight line would have kinks.
  const placed = to - from <= Math.abs(x.end - x.start) / column ? (place: number) => place : Math.round;
  let drawing = false;
  let at = Number.NaN;
  let first = 0;
  let low = 0;
  let high = 0;
  let last = 0;
  const flush = () => {
    if (Number.isNaN(at)) return;
    const px = at * column;
    if (drawing) pen.lineTo(px, first);
    else pen.moveTo(px, first);
    if (low !== first) pen.lineTo(px, low);
    if (high !== low) pen.lineTo(px, high);
    if (last !== high) pen.lineTo(px, last);
    drawing = true;
  };
  for (let index = from; index < to; index += 1) {
    const py = y.at(number(line.y, index));
    const place = placed(x.at(number(line.x, index)) / column);
    if (!Number.isFinite(py)) {
      flush();
      at = Number.NaN;
      drawing = false;
    } else if (place === at) {
      if (py < low) low = py;
      if (py > high) high = py;
      last = py;
    } else if (Number.isFinite(place)) {
      flush();
      at = place;
      first = py;
      low = py;
      high = py;
      last = py;
    }
  }
  flush();
}

/** The least and greatest finite y between the ends of the x axis; null when there is none (above zero, for a logarithmic axis). */
export function extent(line: LineData, x: Scale, log: boolean): [number, number] | null {
  const [from, to] = [firstAtLeast(line.x, x.range.low), firstAbove(line.x, x.range.high)];
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let index = from; index < to; index += 1) {
    const y = number(line.y, index);
    if (!Number.isFinite(y) || (log && y <= 0)) continue;
    if (y < low) low = y;
    if (y > high) high = y;
  }
  return low <= high ? [low, high] : null;
}

/** How far out a value must lie to be an outlier: beyond these shares of all values, and a good deal beyond. */
const LOW_SHARE = 0.02;
const HIGH_SHARE = 0.98;
const BEYOND = 1;

/** A range that most of the values fill, without the few that lie far out; the whole range when none does. */
export function robustExtent(lines: readonly LineData[], x: Scale, log: boolean): [number, number] | null {
  const values: number[] = [];
  for (const line of lines) {
    const [from, to] = [firstAtLeast(line.x, x.range.low), firstAbove(line.x, x.range.high)];
    for (let index = from; index < to; index += 1) {
      const y = number(line.y, index);
      if (Number.isFinite(y) && !(log && y <= 0)) values.push(log ? Math.log10(y) : y);
    }
  }
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).sort();
  const at = (share: number) => number(sorted, Math.round(share * (sorted.length - 1)));
  const [low, high] = [at(LOW_SHARE), at(HIGH_SHARE)];
  const reach = (high - low) * BEYOND;
  const ends = [Math.max(at(0), low - reach), Math.min(at(1), high + reach)] as const;
  return log ? [10 ** ends[0], 10 ** ends[1]] : [...ends];
}
