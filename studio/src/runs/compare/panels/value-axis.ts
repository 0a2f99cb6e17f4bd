import type { Range } from "../../../client/series-window";
import { formatMetric } from "../../../components/format";
import { paddedRange, ticks } from "../../../components/charts/scale";
import { type ComparedRun, type RunField, type RunValue, valueOf } from "../run-value";

/** An axis for values of runs: numbers by their size, texts side by side in order. */
export interface ValueAxis {
  range: Range;
  /** Where a value stands; NaN for one that has no place. */
  place: (value: RunValue) => number;
  marks: { at: number; text: string }[];
}

export function valueAxis(runs: readonly ComparedRun[], field: RunField, wanted = 5): ValueAxis {
  const values = runs.map((run) => valueOf(run, field)).filter((value) => value !== null);
  const numbers = values.filter((value) => typeof value === "number" && Number.isFinite(value)) as number[];
  const texts = [...new Set(values.filter((value) => typeof value === "string"))].sort();
  if (texts.length > 0) {
    const all = [...new Set(values.map(String))].sort((left, right) => left.localeCompare(right, undefined, { numeric: true }));
    const place = (value: RunValue) => (value === null ? Number.NaN : all.indexOf(String(value)));
    return { range: { low: -0.5, high: Math.max(0.5, all.length - 0.5) }, place: (value) => (place(value) < 0 ? Number.NaN : place(value)), marks: all.map((text, at) => ({ at, text })) };
  }
  const [low, high] = numbers.length === 0 ? [Number.NaN, Number.NaN] : [Math.min(...numbers), Math.max(...numbers)];
  const range = paddedRange("linear", low, high);
  return { range, place: (value) => (typeof value === "number" ? value : Number.NaN), marks: ticks("linear", range, wanted).map((at) => ({ at, text: formatMetric(at) })) };
}

/** True when a run lies within all brushed parts of axes. */
export function isBrushed(run: ComparedRun, brush: ReadonlyMap<string, Range>, axes: ReadonlyMap<string, { field: RunField; axis: ValueAxis }>): boolean {
  for (const [text, range] of brush) {
    const found = axes.get(text);
    if (!found) continue;
    const at = found.axis.place(valueOf(run, found.field));
    if (!(at >= range.low && at <= range.high)) return false;
  }
  return true;
}
