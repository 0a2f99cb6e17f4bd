import { type LineData, NO_LINE, number } from "../../components/charts/line-data";
import { evaluate, type Expression } from "./expression";

/**
 * A formula over lines of one run. Its points stand where the longest of them has points; of the others the last value before counts,
 * and where one has none yet there is none.
 */
export function formulaLine(expression: Expression, names: readonly string[], lines: ReadonlyMap<string, LineData>): LineData {
  const parts = names.map((name) => ({ name, line: lines.get(name) ?? NO_LINE }));
  if (parts.length === 0 || parts.some((part) => part.line.x.length === 0)) return NO_LINE;
  const x = parts.map((part) => part.line.x).reduce((longest, each) => (each.length > longest.length ? each : longest));
  const at = new Map(names.map((name) => [name, -1]));
  const values = new Map<string, number>();
  const y = x.map((place) => {
    for (const { name, line } of parts) {
      let index = at.get(name) ?? -1;
      while (index + 1 < line.x.length && number(line.x, index + 1) <= place) index += 1;
      at.set(name, index);
      values.set(name, index < 0 ? Number.NaN : number(line.y, index));
    }
    return evaluate(expression, (name) => values.get(name) ?? Number.NaN);
  });
  return { x, y };
}

export interface GroupLines {
  mean: LineData;
  low: LineData;
  high: LineData;
}

export type Band = "range" | "deviation";

/** The places at which the lines of a group are compared: all that they have, or so many at even distances. */
const MOST_PLACES = 600;

/**
 * The mean of several runs and a band around it: from the least to the greatest, or a standard deviation (the root of the mean squared
 * distance) to each side. At each place a run counts with the last number that it has reached, from its first to its last, as the server
 * reckons groups (`metrics/buckets`).
 */
export function groupLines(lines: readonly LineData[], band: Band): GroupLines {
  const x = commonPlaces(lines);
  const [mean, low, high] = [new Float64Array(x.length), new Float64Array(x.length), new Float64Array(x.length)];
  const at = lines.map(() => 0);
  for (let place = 0; place < x.length; place += 1) {
    let [count, sum, squares, least, greatest] = [0, 0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const [index, line] of lines.entries()) {
      const value = heldAt(line, number(x, place), at, index);
      if (!Number.isFinite(value)) continue;
      count += 1;
      sum += value;
      squares += value * value;
      least = Math.min(least, value);
      greatest = Math.max(greatest, value);
    }
    const average = count === 0 ? Number.NaN : sum / count;
    const deviation = count === 0 ? Number.NaN : Math.sqrt(Math.max(0, squares / count - average * average));
    mean[place] = average;
    low[place] = band === "range" ? (count === 0 ? Number.NaN : least) : average - deviation;
    high[place] = band === "range" ? (count === 0 ? Number.NaN : greatest) : average + deviation;
  }
  return { mean: { x, y: mean }, low: { x, y: low }, high: { x, y: high } };
}

function commonPlaces(lines: readonly LineData[]): Float64Array {
  const all = new Set<number>();
  for (const line of lines) for (const x of line.x) all.add(x);
  const places = Float64Array.from(all).sort();
  if (places.length <= MOST_PLACES) return places;
  const [low, high] = [number(places, 0), number(places, places.length - 1)];
  return Float64Array.from({ length: MOST_PLACES }, (_, index) => low + ((high - low) * index) / (MOST_PLACES - 1));
}

/** The last number of a line up to `x`; NaN before its first point and after its last. `at` remembers how far each line was followed. */
function heldAt(line: LineData, x: number, at: number[], which: number): number {
  let index = at[which] ?? 0;
  while (index + 1 < line.x.length && number(line.x, index + 1) <= x) index += 1;
  at[which] = index;
  if (!(x >= number(line.x, index)) || x > number(line.x, line.x.length - 1)) return Number.NaN;
  while (index > 0 && Number.isNaN(number(line.y, index))) index -= 1;
  return number(line.y, index);
}
