import { queryOptions } from "@tanstack/react-query";
import { api, type Schemas, unwrap } from "./api";
import { keys } from "./keys";

export type MetricSummary = Schemas["MetricSummary"];
export type MetricSeries = Schemas["MetricSeries"];
export type MetricValue = boolean | number | string | null;

/** More points than a card is wide: the server keeps every bucket's minimum and maximum. */
const MAX_POINTS = 1000;

/** JSON has no NaN and no infinity; the server writes them as these texts. */
const NON_FINITE: Readonly<Record<string, number>> = { NaN: Number.NaN, Infinity: Number.POSITIVE_INFINITY, "-Infinity": Number.NEGATIVE_INFINITY };

/** Returns the number that a JSON metric value stands for, or null when it is a text, a boolean or nothing. */
export function numberOf(value: unknown): number | null {
  if (typeof value === "number") return value;
  if (typeof value === "string") return NON_FINITE[value] ?? null;
  return null;
}

export function runMetricsQuery(workspace: string, runId: string) {
  return queryOptions({
    queryKey: [...keys.runMetrics(workspace, runId), "summary"],
    queryFn: ({ signal }) => readMetrics(workspace, runId, signal),
  });
}

/**
 * Metrics less the figures of those that are lines: what is left says which charts there are, and stays the same while these grow, so that new
 * values draw nothing but their charts. For `select`.
 */
export function withoutLineFigures({ metrics }: { metrics: readonly MetricSummary[] }): { metrics: MetricSummary[] } {
  return { metrics: metrics.map((metric) => (isLine(metric) ? { name: metric.name, type: metric.type, family: metric.family, count: 2, last: numberOf(metric.last) === null ? null : 0, min: 0 } : metric)) };
}

/** Several numbers: a chart says them. */
function isLine(metric: MetricSummary): boolean {
  return metric.family === "series" && metric.count > 1 && hasNumbers(metric);
}

/** True when a number was logged, though the last value may be none. */
export function hasNumbers(metric: MetricSummary): boolean {
  return numberOf(metric.last) !== null || numberOf(metric.min) !== null;
}

/** What {@link runMetricsQuery} answers, for those who want the names alone: new values do not make it stale. */
export function firstMetricsQuery(workspace: string, runId: string) {
  return queryOptions({
    queryKey: [...keys.firstMetrics(workspace, runId)],
    queryFn: ({ signal }) => readMetrics(workspace, runId, signal),
  });
}

function readMetrics(workspace: string, runId: string, signal: AbortSignal) {
  return unwrap(api.GET("/api/v1/workspaces/{workspace}/runs/{run_id}/metrics", { params: { path: { workspace, run_id: runId } }, signal }));
}

/** True for what Runyard records by itself: how busy the machine is. */
export function isSystemMetric(name: string): boolean {
  return name.startsWith("system/");
}

/** True for what is looked at on the metrics tab. */
export function isChartedMetric(metric: MetricSummary): boolean {
  return !isSystemMetric(metric.name) && !isMedium(metric);
}

/** True for what is looked at on the media tab: files and histograms. */
export function isMedium(metric: MetricSummary): boolean {
  return metric.family === "file" || metric.family === "histogram";
}

/** The points of `names` in one run: one request for all the cards that are on the screen. */
export function runSeriesQuery(workspace: string, runId: string, names: readonly string[]) {
  return queryOptions({
    queryKey: [...keys.runMetrics(workspace, runId), "series", names],
    queryFn: ({ signal }) =>
      unwrap(
        api.POST("/api/v1/workspaces/{workspace}/metrics/series", {
          params: { path: { workspace } },
          body: { run_ids: [runId], names: [...names], max_points: MAX_POINTS, axis: "step", sort: false },
          signal,
        }),
      ),
    enabled: names.length > 0,
  });
}

/** The server sends no more rows of a table at once; there are few with so many. */
const TABLE_ROWS = 100_000;

/** All rows of one table of a run, as they were logged. */
export function runTableQuery(workspace: string, runId: string, name: string) {
  return queryOptions({
    queryKey: [...keys.runMetrics(workspace, runId), "table", name],
    queryFn: ({ signal }) =>
      unwrap(
        api.POST("/api/v1/workspaces/{workspace}/metrics/series", {
          params: { path: { workspace } },
          body: { run_ids: [runId], names: [name], max_points: TABLE_ROWS, axis: "index", sort: false },
          signal,
        }),
      ),
  });
}

/** What several runs logged under `names`, as it was logged: texts, tables and the addresses of files too. */
export function seriesQuery(workspace: string, runIds: readonly string[], names: readonly string[]) {
  return queryOptions({
    queryKey: [...keys.workspace(workspace), "series", runIds, names],
    queryFn: ({ signal }) =>
      unwrap(
        api.POST("/api/v1/workspaces/{workspace}/metrics/series", {
          params: { path: { workspace } },
          body: { run_ids: [...runIds], names: [...names], max_points: MAX_POINTS, axis: "step", sort: false },
          signal,
        }),
      ),
    enabled: names.length > 0 && runIds.length > 0,
  });
}

/** How many runs the server looks up in one request. */
const RUNS_AT_MAX = 500;

/** The value of a metric at the step where `other` is least or greatest, by run id. */
export async function metricAt(workspace: string, runIds: readonly string[], name: string, other: string, figure: "min" | "max", signal?: AbortSignal): Promise<Map<string, MetricValue>> {
  const found = new Map<string, MetricValue>();
  for (let start = 0; start < runIds.length; start += RUNS_AT_MAX) {
    const body = { run_ids: runIds.slice(start, start + RUNS_AT_MAX), name, other, figure };
    const { runs = {} } = await unwrap(api.POST("/api/v1/workspaces/{workspace}/metrics/at", { params: { path: { workspace } }, body, signal }));
    for (const [id, { value }] of Object.entries(runs)) found.set(id, value);
  }
  return found;
}
