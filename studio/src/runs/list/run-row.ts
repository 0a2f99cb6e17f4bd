import { metricAt, type MetricValue } from "../../client/metric";
import type { ListedRun } from "../../client/run";
import { type Column, columnToken, fieldOf } from "./column";

/** The values of one column by run id. */
type Values = ReadonlyMap<string, MetricValue>;

/** A run with the values of the columns that were asked for. What the rows of a page have in common is the same object in all of them. */
export interface RunRow {
  run: ListedRun;
  /** Where the value of a field stands among those of the run. */
  places: ReadonlyMap<string, number>;
  /** The columns that are no fields, by their token. */
  others: ReadonlyMap<string, Values>;
}

type AtColumn = Extract<Column, { kind: "at" }>;

/** The fields of columns whose values the server is asked for; the others every row has. */
export function askedFields(columns: readonly Column[]): string[] {
  return [...new Set(columns.flatMap((column) => (column.kind === "plain" ? [] : (fieldOf(column) ?? []))))];
}

export function isAtColumn(column: Column): column is AtColumn {
  return column.kind === "at";
}

/** The columns of metrics where another is best: one request each, for all runs of a page. */
export async function readAtColumns(workspace: string, runs: readonly ListedRun[], columns: readonly AtColumn[], signal: AbortSignal): Promise<ReadonlyMap<string, Values>> {
  const ids = runs.map((run) => run.id);
  const read = columns.map(async (column) => [columnToken(column), await metricAt(workspace, ids, column.key, column.other, column.best, signal)] as const);
  return new Map(await Promise.all(read));
}

export function rowsOf(runs: readonly ListedRun[], fields: readonly string[], others: ReadonlyMap<string, Values> = new Map()): RunRow[] {
  const places = new Map(fields.map((field, place) => [field, place]));
  return runs.map((run) => ({ run, places, others }));
}

/** The name of a column's values. Made once a column: a list that is scrolled asks for it some hundred times a frame. */
function keyOf(column: Column): string {
  const known = KEYS.get(column);
  if (known !== undefined) return known;
  const key = column.kind === "at" ? columnToken(column) : (fieldOf(column) ?? "");
  KEYS.set(column, key);
  return key;
}

const KEYS = new WeakMap<Column, string>();

/** False while the values of a column are still to come: the row was read before it was asked for. */
export function isRead({ places, others }: RunRow, column: Column): boolean {
  return column.kind === "plain" || (column.kind === "at" ? others : places).has(keyOf(column));
}

/** What a row has in a column: null where the run has nothing, or where it was not asked for. */
export function valueOf({ run, places, others }: RunRow, column: Column): MetricValue {
  if (column.kind === "at") return others.get(keyOf(column))?.get(run.id) ?? null;
  const place = places.get(keyOf(column));
  return place === undefined ? null : (run.values?.[place] ?? null);
}
