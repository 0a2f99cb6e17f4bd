import { isSystemMetric, type MetricSummary, numberOf } from "../../client/metric";
import type { Column } from "./column";

const METRIC_COLUMNS = 3;
/** A run that has logged no number yet is looked at again this soon … */
const FIRST_NUMBER_MS = 2_000;
/** … and one that has logged some, but fewer than there is room for, this much later: it may never log another. */
const MORE_NUMBERS_MS = 30_000;

/** What a run list shows until the reader chooses: the usual facts, and some metrics. */
export function defaultColumns(metricNames: readonly string[], hideExperiment: boolean): Column[] {
  const metrics: Column[] = metricNames.map((key) => ({ kind: "metric", key, aggregate: "last" }));
  const plain = (key: Extract<Column, { kind: "plain" }>["key"]): Column => ({ kind: "plain", key });
  return [plain("status"), ...(hideExperiment ? [] : [plain("experiment")]), plain("created"), plain("duration"), ...metrics, plain("tags")];
}

/** The metrics of {@link defaultColumns}: the first numbers that the newest run logged. */
export function columnMetrics(metricsOfNewestRun: readonly MetricSummary[]): string[] {
  return firstNumbers(metricsOfNewestRun).map((metric) => metric.name);
}

/** How long after the last look the newest run may have logged more for {@link columnMetrics}; null when all columns are there. */
export function moreColumnsAfterMs(metricsOfNewestRun: readonly MetricSummary[]): number | null {
  const count = firstNumbers(metricsOfNewestRun).length;
  if (count >= METRIC_COLUMNS) return null;
  return count === 0 ? FIRST_NUMBER_MS : MORE_NUMBERS_MS;
}

function firstNumbers(metrics: readonly MetricSummary[]): MetricSummary[] {
  return metrics.filter((metric) => metric.family === "series" && numberOf(metric.last) !== null && !isSystemMetric(metric.name)).slice(0, METRIC_COLUMNS);
}
