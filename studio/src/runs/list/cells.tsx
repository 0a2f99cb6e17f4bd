import { type MetricValue, numberOf } from "../../client/metric";
import { formatCount, formatMetric, formatSpread } from "../../components/format";
import { RelativeTime } from "../../components/RelativeTime";
import { RunDuration } from "../../components/RunDuration";
import { StatusBadge } from "../../components/StatusBadge";
import { TagList } from "../../components/TagList";
import { t } from "../../text/text";
import type { RunGroup } from "../../client/run-group";
import { type Aggregate, type Column, fieldOf, type PlainColumn } from "./column";
import { type RunRow, valueOf } from "./run-row";

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
  number: 84,
  description: 240,
  error: 280,
  id: 280,
};
/** A value column is as wide as its head needs, within limits. */
const VALUE_WIDTH = { least: 128, most: 220, ofCharacter: 7.2, ofRest: 72 };

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
    case "rollUp":
      return { label: column.key, detail: t("column.rollUp", { over: t(`aggregate.${column.over}`), figure: aggregateLabel(column.aggregate) }) };
    case "at":
      return { label: column.key, detail: t("column.at", { other: column.other, best: aggregateLabel(column.best) }) };
    case "tag":
      return { label: column.key, detail: t("column.kind.tag") };
    case "property":
      return { label: column.key, detail: t("column.kind.property") };
    case "argument":
      return { label: column.key, detail: t("column.kind.argument") };
  }
}

export function aggregateLabel(aggregate: Aggregate): string {
  return t(`aggregate.${aggregate}`);
}

const NUMERIC: ReadonlySet<PlainColumn> = new Set<PlainColumn>(["duration", "children", "number"]);

/** True for columns whose values are compared digit by digit. */
export function isNumeric(column: Column): boolean {
  return column.kind === "metric" || column.kind === "rollUp" || column.kind === "at" || (column.kind === "plain" && NUMERIC.has(column.key));
}

export function CellContent({ column, row }: { column: Column; row: RunRow }) {
  switch (column.kind) {
    case "plain":
      return <PlainCell column={column.key} row={row} />;
    case "metric":
    case "rollUp":
    case "at":
      return <>{figureText(valueOf(row, column))}</>;
    case "tag":
    case "property":
    case "argument":
      return <>{labelText(valueOf(row, column))}</>;
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
    case "number":
      return <>{formatCount(run.number)}</>;
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
      return <>{run.error ?? "–"}</>;
    case "id":
      return <>{run.id}</>;
  }
}

function figureText(value: MetricValue): string {
  const number = numberOf(value);
  if (number !== null) return formatMetric(number);
  return value === null ? "–" : String(value);
}

/** A label may be there without a value. */
function labelText(value: MetricValue): string {
  if (value === null) return "–";
  return value === "" ? "✓" : String(value);
}

/** A figure over the runs of a group: its mean, how far the runs spread about it, and of how many runs it is when not of all. */
export function GroupCell({ column, group }: { column: Column; group: RunGroup }) {
  if (column.kind !== "metric" && column.kind !== "rollUp") return null;
  const figure = group.figures?.[fieldOf(column) ?? ""];
  const [mean, std, min, max] = [numberOf(figure?.mean), numberOf(figure?.std), numberOf(figure?.min), numberOf(figure?.max)];
  if (!figure || mean === null) return <>–</>;
  return (
    <span title={t("group.figure", { count: figure.count, min: formatMetric(min ?? Number.NaN), max: formatMetric(max ?? Number.NaN) })}>
      {formatMetric(mean)}
      {figure.count > 1 && std !== null && ` ± ${formatSpread(std)}`}
    </span>
  );
}
