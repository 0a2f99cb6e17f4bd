import { isSystemMetric, type MetricSummary, numberOf } from "../../client/metric";
import type { Column } from "./column";

const METRIC_COLUMNS = 3;

/** What a run list shows until the reader chooses: the usual facts, and the first numbers that the newest run logged. */
export function defaultColumns(metricsOfNewestRun: readonly MetricSummary[], hideExperiment: boolean): Column[] {
  const numbers = metricsOfNewestRun
    .filter((metric) => metric.family === "series" && numberOf(metric.last) !== null && !isSystemMetric(metric.name))
    .slice(0, METRIC_COLUMNS);
  const metrics: Column[] = numbers.map((metric) => ({ kind: "metric", key: metric.name, aggregate: "last" }));
  const plain = (key: Extract<Column, { kind: "plain" }>["key"]): Column => ({ kind: "plain", key });
  return [plain("status"), ...(hideExperiment ? [] : [plain("experiment")]), plain("created"), plain("duration"), ...metrics, plain("tags")];
}
