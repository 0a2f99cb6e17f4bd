import { type MetricSummary, numberOf } from "../../client/metric";
import { formatCount, formatMetric } from "../../components/format";
import { RelativeTime } from "../../components/RelativeTime";
import { RunDuration } from "../../components/RunDuration";
import { StatusBadge } from "../../components/StatusBadge";
import { TagList } from "../../components/TagList";
import { t, type TextId } from "../../text/text";
import { argumentsOf, parametersOf } from "../arguments";
import type { Aggregate, Column, PlainColumn } from "./column";
import type { RunRow } from "./run-pages";

const WIDTHS: Readonly<Record<PlainColumn, number>> = {
  status: 140,
  experiment: 160,
  created: 120,
  started: 120,
  duration: 92,
  tags: 220,
  submitter: 120,
  target: 110,
  script: 130,
  children: 84,
  description: 240,
  error: 280,
  id: 280,
};
/** A value column is as wide as its head needs, within limits. */
const VALUE_WIDTH = { least: 104, most: 220, ofCharacter: 7.2, ofRest: 72 };

export function columnWidth(column: Column): number {
  if (column.kind === "plain") return WIDTHS[column.key];
  const wanted = column.key.length * VALUE_WIDTH.ofCharacter + VALUE_WIDTH.ofRest;
  return Math.round(Math.min(VALUE_WIDTH.most, Math.max(VALUE_WIDTH.least, wanted)));
}

/** The name of a column, and for a metric which of its values is shown. */
export function columnLabel(column: Column): { label: string; detail: string | null } {
  switch (column.kind) {
    case "plain":
      return { label: t(`column.${column.key}`), detail: null };
    case "metric":
      return { label: column.key, detail: aggregateLabel(column.aggregate) };
    case "tag":
      return { label: column.key, detail: t("column.kind.tag") };
    case "property":
      return { label: column.key, detail: t("column.kind.property") };
    case "argument":
      return { label: column.key, detail: t("column.kind.argument") };
  }
}

export function aggregateLabel(aggregate: Aggregate): string {
  const ids: Readonly<Record<Aggregate, TextId>> = { last: "aggregate.last", min: "aggregate.min", max: "aggregate.max" };
  return t(ids[aggregate]);
}

/** True for columns whose values are compared digit by digit. */
export function isNumeric(column: Column): boolean {
  return column.kind === "metric" || (column.kind === "plain" && (column.key === "duration" || column.key === "children"));
}

export function CellContent({ column, row }: { column: Column; row: RunRow }) {
  switch (column.kind) {
    case "plain":
      return <PlainCell column={column.key} row={row} />;
    case "metric":
      return <>{metricText(row.metrics, column.key, column.aggregate)}</>;
    case "tag":
      return <>{tagText(row.run.tags ?? {}, column.key)}</>;
    case "property":
      return <>{row.run.properties?.[column.key] ?? "–"}</>;
    case "argument":
      return <>{parametersOf(argumentsOf(row.run))[column.key] ?? "–"}</>;
  }
}

function PlainCell({ column, row: { run } }: { column: PlainColumn; row: RunRow }) {
  switch (column) {
    case "status":
      return <StatusBadge status={run.status} plain />;
    case "created":
      return <RelativeTime at={run.created_at} />;
    case "started":
      return run.started_at ? <RelativeTime at={run.started_at} /> : <>–</>;
    case "duration":
      return <RunDuration run={run} />;
    case "tags":
      return <TagList tags={run.tags ?? {}} />;
    case "children":
      return <>{run.child_count > 0 ? formatCount(run.child_count) : "–"}</>;
    case "experiment":
      return <>{run.experiment}</>;
    case "submitter":
      return <>{run.submitted_by ?? "–"}</>;
    case "target":
      return <>{run.target}</>;
    case "script":
      return <>{run.script_name ?? "–"}</>;
    case "description":
      return <>{run.description ?? "–"}</>;
    case "error":
      return <>{run.error ? errorText(run.error) : "–"}</>;
    case "id":
      return <>{run.id}</>;
  }
}

export function errorText(error: { type?: string | null; message: string }): string {
  return error.type ? `${error.type}: ${error.message}` : error.message;
}

/** The asked-for figure of a metric as text; a dash where the run has none. */
export function metricText(metrics: readonly MetricSummary[], name: string, aggregate: Aggregate): string {
  const summary = metrics.find((metric) => metric.name === name);
  const value = summary?.[aggregate];
  if (value === undefined || value === null) return "–";
  const number = numberOf(value);
  return number === null ? String(value) : formatMetric(number);
}

function tagText(tags: Readonly<Record<string, string | null>>, key: string): string {
  const value = tags[key];
  if (value === undefined) return "–";
  return value ?? "✓";
}
