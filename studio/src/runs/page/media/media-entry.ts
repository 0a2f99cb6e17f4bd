import type { MetricSeries } from "../../../client/metric";

/** The step of each entry: its place in the order of logging where none was given. */
export function stepsOf(series: MetricSeries, count: number): number[] {
  return Array.from({ length: count }, (_, index) => series.steps?.[index] ?? index);
}
