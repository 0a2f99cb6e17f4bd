import { RUN_STATUSES, type RunQuery, type RunStatus } from "../../client/run";
import { type Column, columnToken, parseColumn } from "./column";
import { joinList, splitList } from "../../components/url-list";

/** What the run list shows: the part of its address after `?`. */
export interface RunView {
  text: string;
  status: RunStatus[];
  /** Key, or key and value. */
  tags: [string, string | null][];
  target: string | null;
  /** Null: the columns that the page chooses by itself. */
  columns: Column[] | null;
  sort: string;
  children: boolean;
  selected: string[];
}

/** The search parameters of a run list. Each is left out when it has its default. */
export interface RunViewSearch {
  q?: string;
  status?: string;
  tags?: string;
  target?: string;
  cols?: string;
  sort?: string;
  children?: string;
  sel?: string;
}

export const DEFAULT_SORT = "-created_at";

export function encodeRunView(view: RunView): RunViewSearch {
  return {
    q: view.text || undefined,
    status: joinList(view.status) || undefined,
    tags: joinList(view.tags.map(encodeTag)) || undefined,
    target: view.target ?? undefined,
    cols: view.columns === null ? undefined : joinList(view.columns.map(columnToken)) || "-",
    sort: view.sort === DEFAULT_SORT ? undefined : view.sort,
    children: view.children ? "1" : undefined,
    sel: joinList(view.selected) || undefined,
  };
}

/** Reads an address. What it does not understand is left out, so that an old or edited link still opens. */
export function decodeRunView(search: RunViewSearch): RunView {
  return {
    text: search.q ?? "",
    status: splitList(search.status ?? "").flatMap((text) => RUN_STATUSES.find((status) => status === text) ?? []),
    tags: splitList(search.tags ?? "").filter((text) => text !== "").map(decodeTag),
    target: search.target ?? null,
    columns: search.cols === undefined ? null : splitList(search.cols).flatMap((token) => parseColumn(token) ?? []),
    sort: search.sort || DEFAULT_SORT,
    children: search.children === "1",
    selected: splitList(search.sel ?? "").filter((id) => id !== ""),
  };
}

/** The question to the server for a view; paging is added by who asks. */
export function queryOf(view: RunView, columns: readonly Column[], experiment: string | null): RunQuery {
  const metrics = columns.flatMap((column) => (column.kind === "metric" ? [column.key] : []));
  return {
    experiment,
    status: view.status,
    tags: Object.fromEntries(view.tags),
    target: view.target,
    text: view.text.trim() || null,
    order_by: view.sort,
    include_children: view.children,
    metrics: [...new Set(metrics)],
  };
}

/** True when the view leaves runs out. */
export function isFiltered(view: RunView): boolean {
  return view.text.trim() !== "" || view.status.length > 0 || view.tags.length > 0 || view.target !== null;
}

function encodeTag([key, value]: [string, string | null]): string {
  const escaped = key.replace(/[\\=]/g, "\\$&");
  return value === null ? escaped : `${escaped}=${value}`;
}

function decodeTag(text: string): [string, string | null] {
  const match = /^((?:[^\\=]|\\.)*)(?:=(.*))?$/s.exec(text);
  const key = (match?.[1] ?? text).replace(/\\(.)/gs, "$1");
  return [key, match?.[2] ?? null];
}
