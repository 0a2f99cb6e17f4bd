import { t } from "../../text/text";
import type { Aggregate, Column, PlainColumn } from "./column";

const WIDTHS: Readonly<Record<PlainColumn, number>> = {
  status: 140,
  experiment: 160,
  created: 132,
  started: 132,
  duration: 108,
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
