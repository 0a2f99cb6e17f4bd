import { hasNumbers, isMedium, isSystemMetric, type MetricSummary, numberOf } from "../../client/metric";
import type { Panel } from "./compare-state";
import { type ComparedRun, fieldText, keysOf, type RunField, valueOf } from "./run-value";

const MOST_AXES = 6;

/** The charts that a comparison begins with: a line chart for what was logged often, bars for what was logged once. */
export function defaultPanels(metrics: readonly MetricSummary[], runs: readonly ComparedRun[]): Panel[] {
  const own = metrics.filter((metric) => !isSystemMetric(metric.name));
  const system = metrics.filter((metric) => isSystemMetric(metric.name));
  const panels = [...own, ...system].flatMap((metric) => panelOf(metric) ?? []);
  const parallel = parallelPanel(own, runs);
  const firstOther = panels.findIndex((panel) => panel.kind !== "lines");
  if (parallel) panels.splice(firstOther < 0 ? panels.length : firstOther, 0, parallel);
  return panels;
}

function panelOf(metric: MetricSummary): Panel | null {
  const of = (kind: Panel["kind"], field: string): Panel => ({ kind, fields: [field], wide: false });
  if (isMedium(metric)) return of(metric.type === "azureml.v2.confusion_matrix" ? "confusion" : "images", metric.name);
  if (metric.family === "table") return of("table", metric.name);
  if (!hasNumbers(metric)) return null;
  return metric.count > 1 ? of("lines", metric.name) : of("bars", `m:${metric.name}@last`);
}

/** What was set against what came of it, where the runs were set differently. */
function parallelPanel(metrics: readonly MetricSummary[], runs: readonly ComparedRun[]): Panel | null {
  const results = metrics.filter((metric) => metric.family === "series" && numberOf(metric.last) !== null).slice(0, 2);
  const keys = keysOf(runs);
  const known: RunField[] = [...keys.arguments.map((key) => ({ kind: "argument" as const, key })), ...keys.tags.map((key) => ({ kind: "tag" as const, key }))];
  const settings = known.filter((field) => tellsApart(field, runs)).map(fieldText).slice(0, MOST_AXES - results.length);
  if (settings.length === 0 || results.length === 0 || runs.length < 3) return null;
  return { kind: "parallel", fields: [...settings, ...results.map((metric) => fieldText({ kind: "metric", key: metric.name, figure: "last" }))], wide: true };
}

/** False for what only one value is known of: an axis of it says nothing. */
function tellsApart(field: RunField, runs: readonly ComparedRun[]): boolean {
  return new Set(runs.map((run) => valueOf(run, field)).filter((value) => value !== null)).size > 1;
}
