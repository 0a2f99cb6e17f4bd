import type { Range } from "../../client/series-window";
import { t } from "../../text/text";
import { formatMetric } from "../format";
import { type LineData, number } from "./line-data";

/** What a line's heading and its sentence say. */
export interface Figures {
  min: number;
  max: number;
  last: number;
  rising: boolean;
  /** Values that have no place on the axis. */
  nonFinite: number;
}

/** Null when there is no finite value. */
export function figuresOf(line: LineData): Figures | null {
  let [min, max, first, last, nonFinite] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, Number.NaN, 0];
  for (let index = 0; index < line.y.length; index += 1) {
    const y = number(line.y, index);
    if (!Number.isFinite(y)) {
      nonFinite += 1;
      continue;
    }
    if (Number.isNaN(first)) first = y;
    last = y;
    if (y < min) min = y;
    if (y > max) max = y;
  }
  return min <= max ? { min, max, last, rising: last >= first, nonFinite } : null;
}

/** From the least to the greatest value of all of `lines`; null when none has a finite one. */
export function rangeOf(lines: readonly LineData[]): Range | null {
  const figures = lines.map(figuresOf).filter((each) => each !== null);
  return figures.length === 0 ? null : { low: Math.min(...figures.map((each) => each.min)), high: Math.max(...figures.map((each) => each.max)) };
}

export function countNonFinite(line: LineData): number {
  return line.y.reduce((count, y) => count + (Number.isFinite(y) ? 0 : 1), 0);
}

/** The chart in a sentence, for who cannot see it. */
export function lineSummary(name: string, count: number, figures: Figures | null, format: (value: number) => string = formatMetric): string {
  if (figures === null) return t("chart.summaryEmpty", { name });
  return t("chart.summary", {
    name,
    count,
    last: format(figures.last),
    min: format(figures.min),
    max: format(figures.max),
    trend: figures.rising ? "rising" : "falling",
  });
}
