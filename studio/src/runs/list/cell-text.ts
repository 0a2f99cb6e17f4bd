import { durationOf } from "../../client/run";
import type { RunGroup } from "../../client/run-group";
import { type MetricValue, numberOf } from "../../client/metric";
import { formatCount, formatDuration, formatInstant, formatMetric, formatRelative, formatSpread } from "../../components/format";
import { statusLook } from "../../components/run-status";
import { t } from "../../text/text";
import { type Column, fieldOf, type PlainColumn } from "./column";
import type { GridItem } from "./grid-item";
import { isRead, type RunRow, valueOf } from "./run-row";

const NOTHING = "–";

/** What a cell says. `now` is in ms since 1970. */
export function cellText(column: Column, item: GridItem, now: number): string {
  if (item.kind === "group") return groupText(column, item.group);
  if (!isRead(item.row, column)) return "";
  switch (column.kind) {
    case "plain":
      return plainText(column.key, item.row, now);
    case "metric":
    case "rollUp":
    case "at":
      return figureText(valueOf(item.row, column));
    case "tag":
    case "property":
    case "argument":
      return labelText(valueOf(item.row, column));
  }
}

/** What a cell says when it is pointed at: more than there is room for. */
export function cellTitle(column: Column, item: GridItem, now: number): string {
  if (item.kind === "group") return groupTitle(column, item.group);
  const { run } = item.row;
  if (column.kind === "plain" && column.key === "created") return formatInstant(run.created_at);
  if (column.kind === "plain" && column.key === "started" && run.started_at) return formatInstant(run.started_at);
  if (column.kind === "plain" && column.key === "status" && run.status_reason) return `${t(statusLook(run.status).text)}: ${run.status_reason}`;
  return cellText(column, item, now);
}

function plainText(column: PlainColumn, { run }: RunRow, now: number): string {
  switch (column) {
    case "status":
      return t(statusLook(run.status).text);
    case "created":
      return formatRelative(run.created_at, now);
    case "started":
      return run.started_at ? formatRelative(run.started_at, now) : NOTHING;
    case "duration": {
      const seconds = durationOf(run, now);
      return seconds === null ? NOTHING : formatDuration(seconds);
    }
    case "tags":
      return Object.entries(run.tags ?? {}).map(([key, value]) => (value === null ? key : `${key}: ${value}`)).join(", ");
    case "children":
      return run.child_count > 0 ? formatCount(run.child_count) : NOTHING;
    case "number":
      return formatCount(run.number);
    case "experiment":
      return run.experiment;
    case "submitter":
      return run.submitted_by ?? NOTHING;
    case "target":
      return run.target;
    case "script":
      return run.script_name ?? NOTHING;
    case "description":
      return run.description ?? NOTHING;
    case "error":
      return run.error ?? NOTHING;
    case "id":
      return run.id;
  }
}

function figureText(value: MetricValue): string {
  const number = numberOf(value);
  if (number !== null) return formatMetric(number);
  return value === null ? NOTHING : String(value);
}

/** A label may be there without a value. */
function labelText(value: MetricValue): string {
  if (value === null) return NOTHING;
  return value === "" ? "✓" : String(value);
}

/** A figure over the runs of a group: its mean, and how far the runs spread about it. */
function groupText(column: Column, group: RunGroup): string {
  if (column.kind !== "metric" && column.kind !== "rollUp") return "";
  const figure = group.figures?.[fieldOf(column) ?? ""];
  const [mean, std] = [numberOf(figure?.mean), numberOf(figure?.std)];
  if (!figure || mean === null) return NOTHING;
  return figure.count > 1 && std !== null ? `${formatMetric(mean)} ± ${formatSpread(std)}` : formatMetric(mean);
}

/** Of how many runs the figure of a group is, and its extremes. */
function groupTitle(column: Column, group: RunGroup): string {
  const figure = group.figures?.[fieldOf(column) ?? ""];
  if (!figure || numberOf(figure.mean) === null) return "";
  const [min, max] = [numberOf(figure.min), numberOf(figure.max)];
  return t("group.figure", { count: figure.count, min: formatMetric(min ?? Number.NaN), max: formatMetric(max ?? Number.NaN) });
}
