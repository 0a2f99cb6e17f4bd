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

/** The mean of several runs and a band around it: from the least to the greatest, or a standard deviation to each side. */
export function groupLines(lines: readonly LineData[], band: Band): GroupLines {
  const x = commonPlaces(lines);
  const [mean, low, high] = [new Float64Array(x.length), new Float64Array(x.length), new Float64Array(x.length)];
  const at = lines.map(() => 0);
  for (let place = 0; place < x.length; place += 1) {
    let [count, sum, squares, least, greatest] = [0, 0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const [index, line] of lines.entries()) {
      const value = between(line, number(x, place), at, index);
      if (!Number.isFinite(value)) continue;
      count += 1;
      sum += value;
      squares += value * value;
      least = Math.min(least, value);
      greatest = Math.max(greatest, value);
    }
    const average = count === 0 ? Number.NaN : sum / count;
    const deviation = count < 2 ? 0 : Math.sqrt(Math.max(0, (squares - count * average * average) / (count - 1)));
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

/** The value of a line at `x`, straight between two points; NaN outside of it. `at` remembers how far each line was followed. */
function between(line: LineData, x: number, at: number[], which: number): number {
  let index = at[which] ?? 0;
  while (index + 1 < line.x.length && number(line.x, index + 1) <= x) index += 1;
  at[which] = index;
  const [x0, y0] = [number(line.x, index), number(line.y, index)];
  if (!(x >= x0)) return Number.NaN;
  if (x === x0) return y0;
  if (index + 1 >= line.x.length) return Number.NaN;
  return y0 + ((number(line.y, index + 1) - y0) * (x - x0)) / (number(line.x, index + 1) - x0);
}
