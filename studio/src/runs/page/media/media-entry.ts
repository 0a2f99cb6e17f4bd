import type { MetricSeries } from "../../../client/metric";

/** The step of each entry: its place in the order of logging where none was given. */
export function stepsOf(series: MetricSeries): number[] {
  const count = series.histograms?.length || series.values?.length || 0;
  return Array.from({ length: count }, (_, index) => series.steps?.[index] ?? index);
}

/** Which of `steps` is shown at `step`: the last one up to it, or else the first. */
export function shownAt(steps: readonly number[], step: number): number {
  return Math.max(0, steps.reduce((best, each, index) => (each <= step && each >= (steps[best] ?? Number.NEGATIVE_INFINITY) ? index : best), -1));
}
