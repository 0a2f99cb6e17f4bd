import { type MetricSeries, type MetricValue, numberOf } from "../../client/metric";

export type XAxis = "step" | "time";

/** A value that has no place on the axis: it is marked at the edge, at its x. */
export interface EdgeMark {
  x: number;
  kind: "nan" | "up" | "down";
}

export interface PlotData {
  x: number[];
  /** Null is a gap in the line. */
  y: (number | null)[];
  marks: EdgeMark[];
}

const EMPTY: PlotData = { x: [], y: [], marks: [] };

/** The points of a logged series. Values that are no numbers are left out; NaN and the infinities become gaps and marks. */
export function seriesPlot(series: MetricSeries, axis: XAxis): PlotData {
  const times = series.times ?? [];
  const steps = series.steps ?? [];
  const origin = times[0] ?? 0;
  const x = (series.values ?? []).map((_, index) => (axis === "time" ? (times[index] ?? origin) - origin : (steps[index] ?? index)));
  return plotOf(x, series.values ?? []);
}

/** Two columns of a table against each other. */
export function columnsPlot(xColumn: readonly MetricValue[], yColumn: readonly MetricValue[]): PlotData {
  const pairs = xColumn.flatMap((value, index) => {
    const x = numberOf(value);
    return x === null || !Number.isFinite(x) ? [] : [{ x, y: yColumn[index] ?? null }];
  });
  return plotOf(
    pairs.map((pair) => pair.x),
    pairs.map((pair) => pair.y),
  );
}

/** The columns of a table that hold numbers and nothing else. */
export function numericColumns(columns: Readonly<Record<string, readonly MetricValue[]>>): string[] {
  return Object.entries(columns)
    .filter(([, values]) => values.length > 0 && values.every((value) => value === null || numberOf(value) !== null) && values.some((value) => numberOf(value) !== null))
    .map(([name]) => name);
}

function plotOf(xs: readonly number[], values: readonly MetricValue[]): PlotData {
  const points = xs.flatMap((x, index) => {
    const y = numberOf(values[index]);
    return y === null ? [] : [{ x, y }];
  });
  if (points.length === 0) return EMPTY;
  // The chart needs x to grow; a resumed run may log a step again.
  points.sort((left, right) => left.x - right.x);
  return {
    x: points.map((point) => point.x),
    y: points.map((point) => (Number.isFinite(point.y) ? point.y : null)),
    marks: points.flatMap((point): EdgeMark[] => (Number.isFinite(point.y) ? [] : [{ x: point.x, kind: markKind(point.y) }])),
  };
}

function markKind(value: number): EdgeMark["kind"] {
  if (Number.isNaN(value)) return "nan";
  return value > 0 ? "up" : "down";
}

/**
 * An exponential moving average with the given weight of the past (0 ≤ weight < 1), corrected for its start, which would otherwise lean
 * towards zero. Gaps stay gaps and do not reset it.
 */
export function smoothed(values: readonly (number | null)[], weight: number): (number | null)[] {
  if (weight <= 0) return [...values];
  let average = 0;
  let total = 0;
  return values.map((value) => {
    if (value === null) return null;
    average = average * weight + value * (1 - weight);
    total = total * weight + (1 - weight);
    return average / total;
  });
}

/** What a logarithmic axis can show: numbers above zero. */
export function positiveOnly(values: readonly (number | null)[]): (number | null)[] {
  return values.map((value) => (value !== null && value > 0 ? value : null));
}
