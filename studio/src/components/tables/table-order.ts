import { type MetricValue, numberOf } from "../../client/metric";

export type Columns = Readonly<Record<string, readonly MetricValue[]>>;

/** By which column a table is sorted. */
export interface TableSort {
  column: string;
  descending: boolean;
}

const SIGN = /^[-+]/;

/** `loss` is ascending, `-loss` descending; `+` ascending too, for a name that begins with a sign itself. Null for what names no column. */
export function parseTableSort(text: string | undefined, columns: Columns): TableSort | null {
  if (!text) return null;
  const column = text.replace(SIGN, "");
  return Object.hasOwn(columns, column) ? { column, descending: text.startsWith("-") } : null;
}

/** What a press on a column's head does: ascending, descending, as logged. */
export function nextTableSort(sort: TableSort | null, column: string): string | undefined {
  if (sort?.column !== column) return SIGN.test(column) ? `+${column}` : column;
  return sort.descending ? undefined : `-${column}`;
}

export function rowCountOf(columns: Columns): number {
  return Math.max(0, ...Object.values(columns).map((values) => values.length));
}

/** The numbers of the rows in the order in which they are shown. Numbers come before texts, and what is missing or NaN comes last in both directions. */
export function rowOrder(columns: Columns, sort: TableSort | null): readonly number[] {
  const order = Array.from({ length: rowCountOf(columns) }, (_, row) => row);
  const values = sort === null ? undefined : columns[sort.column];
  if (sort === null || values === undefined) return order;
  const sign = sort.descending ? -1 : 1;
  const keys = order.map((row) => sortKey(values[row] ?? null));
  return order.sort((left, right) => {
    const [a, b] = [keys[left], keys[right]];
    if (a === undefined || b === undefined || a.kind !== b.kind) return (a?.kind ?? 0) - (b?.kind ?? 0);
    return sign * (a.kind === TEXT ? TEXT_ORDER.compare(a.text, b.text) : a.number - b.number) || left - right;
  });
}

const NUMBER = 0;
const TEXT = 1;
const MISSING = 2;
const TEXT_ORDER = new Intl.Collator(undefined, { numeric: true });

function sortKey(value: MetricValue): { kind: number; number: number; text: string } {
  const number = typeof value === "boolean" ? Number(value) : numberOf(value);
  if (value === null || Number.isNaN(number)) return { kind: MISSING, number: 0, text: "" };
  return number === null ? { kind: TEXT, number: 0, text: String(value) } : { kind: NUMBER, number, text: "" };
}

const WIDTH_SAMPLE = 200;
const WIDTH = { least: 9, most: 44, margin: 3 };

/** A width for every column, in characters: what its head and its first rows need, within bounds. */
export function columnWidths(columns: Columns, textOf: (value: MetricValue | undefined) => string): number[] {
  return Object.entries(columns).map(([name, values]) => {
    const longest = values.slice(0, WIDTH_SAMPLE).reduce((most: number, value) => Math.max(most, textOf(value).length), name.length + 2);
    return Math.min(WIDTH.most, Math.max(WIDTH.least, longest + WIDTH.margin));
  });
}
