import type { SeriesPoints } from "../../client/series-frame";
import type { Range } from "../../client/series-window";

/** A line as it is drawn: x never falls, a y of NaN is a gap. */
export interface LineData {
  x: Float64Array;
  y: Float64Array;
}

/** What runs along a chart: steps, seconds since the start of the run, the time of day, or another metric. */
export type XKind = "step" | "relative" | "wall" | "metric";

export const NO_LINE: LineData = { x: new Float64Array(), y: new Float64Array() };

/** The x of every point. `origin` is where relative time begins. */
export function xOf(points: SeriesPoints, kind: XKind, origin: number): Float64Array {
  if (kind === "step" || kind === "metric") return points.steps;
  return kind === "wall" ? points.times : points.times.map((time) => time - origin);
}

/** The points as a line, put in order where a resumed run went back. */
export function lineOf(points: SeriesPoints, kind: XKind, origin: number): LineData {
  return inOrder(xOf(points, kind, origin), points.values);
}

/** Sorts by x where it falls; of equal x, in order of arrival. */
export function inOrder(x: Float64Array, y: Float64Array): LineData {
  let falls = false;
  for (let index = 1; index < x.length && !falls; index += 1) falls = number(x, index) < number(x, index - 1);
  if (!falls) return { x, y };
  const order = Array.from(x.keys()).sort((left, right) => number(x, left) - number(x, right) || left - right);
  return { x: Float64Array.from(order, (index) => number(x, index)), y: Float64Array.from(order, (index) => number(y, index)) };
}

/**
 * The coarse line with its part from the start of `range` to the last of the finer points replaced by these: what was logged since the
 * window was read follows it.
 */
export function withWindow(coarse: LineData, fine: LineData, range: Range): LineData {
  const before = firstAtLeast(coarse.x, range.low);
  const after = firstAbove(coarse.x, fine.x.length === 0 ? range.high : number(fine.x, fine.x.length - 1));
  return { x: spliced(coarse.x, before, fine.x, after), y: spliced(coarse.y, before, fine.y, after) };
}

function spliced(coarse: Float64Array, before: number, fine: Float64Array, after: number): Float64Array {
  const all = new Float64Array(before + fine.length + Math.max(0, coarse.length - after));
  all.set(coarse.subarray(0, before));
  all.set(fine, before);
  all.set(coarse.subarray(after), before + fine.length);
  return all;
}

/** `y` against another metric: each point stands at the value that the other had at the same step, or last before it. */
export function againstMetric(points: SeriesPoints, other: SeriesPoints): LineData {
  const [own, along] = [inOrder(points.steps, points.values), inOrder(other.steps, other.values)];
  const pairs: [number, number][] = [];
  let at = -1;
  for (let index = 0; index < own.x.length; index += 1) {
    while (at + 1 < along.x.length && number(along.x, at + 1) <= number(own.x, index)) at += 1;
    const x = at < 0 ? Number.NaN : number(along.y, at);
    if (Number.isFinite(x)) pairs.push([x, number(own.y, index)]);
  }
  return inOrder(
    Float64Array.from(pairs, (pair) => pair[0]),
    Float64Array.from(pairs, (pair) => pair[1]),
  );
}

/** The parts of a whole line into which the weight of the past is counted, so that smoothing is the same at every zoom. */
const SMOOTHING_PARTS = 1000;

/**
 * An exponential moving average with the given weight of the past (0 ≤ weight < 1): `weight` is what is left of it after one point, or after
 * a thousandth of the line where the line is longer than that. It is corrected for its start, which would otherwise lean towards zero.
 * Gaps stay gaps and do not reset it.
 *
 * @param length how far the whole line goes along x, and `count` how many points it has, so that a part is smoothed like the whole.
 */
export function smoothed(line: LineData, weight: number, length: number, count: number): Float64Array {
  const unit = length / Math.max(1, Math.min(count - 1, SMOOTHING_PARTS)) || 1;
  const result = new Float64Array(line.y.length);
  const logWeight = Math.log(Math.max(weight, 1e-9));
  let [average, total, lastX] = [0, 0, Number.NaN];
  for (let index = 0; index < line.y.length; index += 1) {
    const [x, y] = [number(line.x, index), number(line.y, index)];
    if (!Number.isFinite(y)) {
      result[index] = Number.NaN;
      continue;
    }
    const gap = Number.isNaN(lastX) ? 1 : Math.max(x - lastX, unit * 1e-3) / unit;
    const kept = Math.exp(logWeight * gap);
    average = average * kept + y * (1 - kept);
    total = total * kept + (1 - kept);
    result[index] = average / total;
    lastX = x;
  }
  return result;
}

/** The first index whose x is at least `value`. */
export function firstAtLeast(x: Float64Array, value: number): number {
  let [low, high] = [0, x.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (number(x, middle) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The first index whose x is above `value`. */
export function firstAbove(x: Float64Array, value: number): number {
  let [low, high] = [0, x.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (number(x, middle) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The index of the point that is nearest to `value` along x; -1 when there is none. */
export function nearestIndex(x: Float64Array, value: number): number {
  const after = firstAtLeast(x, value);
  if (after === 0) return x.length === 0 ? -1 : 0;
  if (after === x.length) return x.length - 1;
  return value - number(x, after - 1) <= number(x, after) - value ? after - 1 : after;
}

/** An element of an array whose bounds were looked at. */
export function number(values: Float64Array, index: number): number {
  return values[index] ?? Number.NaN;
}
