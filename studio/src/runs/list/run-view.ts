import type { RunQuery } from "../../client/run";
import { type Column, columnToken, parseColumn } from "./column";
import { joinList, splitList } from "../../components/url-list";

export const DENSITIES = ["compact", "normal", "roomy"] as const;
export type Density = (typeof DENSITIES)[number];

/** `tree`: children open below their parent; `all`: every run in a row of its own. */
export const CHILD_LAYOUTS = ["tree", "all"] as const;
export type ChildLayout = (typeof CHILD_LAYOUTS)[number];

export const GROUP_FIELDS_MAX = 3;
/** How many selected runs an address keeps; more are selected only as long as the page is open. */
export const SELECTED_IN_ADDRESS_MAX = 40;

/** What the run list shows: the part of its address after `?`. */
export interface RunView {
  /** A text of the query language. */
  query: string;
  /** Null: the columns that the page chooses by itself. */
  columns: Column[] | null;
  /** A field of the query language, with `-` before it for downwards. */
  sort: string;
  /** Fields of the query language. */
  group: string[];
  children: ChildLayout;
  density: Density;
  /** Widths in pixels that the reader chose, by column token; `name` is the first column. */
  widths: Readonly<Record<string, number>>;
  /** How many columns beside the name stay when the list is scrolled sideways. */
  pinned: number;
  selected: string[];
  /** The saved view that this one began as. */
  saved: string | null;
}

/** The search parameters of a run list. Each is left out when it has its default. */
export interface RunViewSearch {
  q?: string;
  cols?: string;
  sort?: string;
  group?: string;
  children?: string;
  density?: string;
  w?: string;
  pin?: string;
  sel?: string;
  view?: string;
}

export const RUN_VIEW_KEYS = ["q", "cols", "sort", "group", "children", "density", "w", "pin", "sel", "view"] as const satisfies readonly (keyof RunViewSearch)[];

export const DEFAULT_SORT = "-created";

export const DEFAULT_VIEW: RunView = { query: "", columns: null, sort: DEFAULT_SORT, group: [], children: "tree", density: "normal", widths: {}, pinned: 0, selected: [], saved: null };

export function encodeRunView(view: RunView): RunViewSearch {
  return {
    q: view.query || undefined,
    cols: view.columns === null ? undefined : joinList(view.columns.map(columnToken)) || "-",
    sort: view.sort === DEFAULT_SORT ? undefined : view.sort,
    group: joinList(view.group) || undefined,
    children: view.children === "tree" ? undefined : view.children,
    density: view.density === "normal" ? undefined : view.density,
    w: joinList(Object.entries(view.widths).map(([token, width]) => `${token}:${width}`)) || undefined,
    pin: view.pinned === 0 ? undefined : String(view.pinned),
    sel: view.selected.length > SELECTED_IN_ADDRESS_MAX ? undefined : joinList(view.selected) || undefined,
    view: view.saved ?? undefined,
  };
}

/** Reads an address. What it does not understand is left out, so that an old or edited link still opens. */
export function decodeRunView(search: RunViewSearch): RunView {
  return {
    query: search.q ?? "",
    columns: search.cols === undefined ? null : splitList(search.cols).flatMap((token) => parseColumn(token) ?? []),
    sort: search.sort || DEFAULT_SORT,
    group: splitList(search.group ?? "").filter((field) => field !== "").slice(0, GROUP_FIELDS_MAX),
    children: CHILD_LAYOUTS.find((each) => each === search.children) ?? "tree",
    density: DENSITIES.find((each) => each === search.density) ?? "normal",
    widths: Object.fromEntries(splitList(search.w ?? "").flatMap(parseWidth)),
    pinned: /^\d$/.test(search.pin ?? "") ? Number(search.pin) : 0,
    selected: splitList(search.sel ?? "").filter((id) => id !== ""),
    saved: search.view || null,
  };
}

export const WIDTH_LEAST = 56;
const WIDTH_MOST = 1200;

function parseWidth(text: string): [string, number][] {
  const at = text.lastIndexOf(":");
  const width = Number(text.slice(at + 1));
  return at > 0 && Number.isInteger(width) ? [[text.slice(0, at), limitedWidth(width)]] : [];
}

export function limitedWidth(width: number): number {
  return Math.round(Math.min(WIDTH_MOST, Math.max(WIDTH_LEAST, width)));
}

/** The question to the server for a view; paging is added by who asks. `within` are conditions of the page itself. */
export function queryOf(view: RunView, within: RunQuery): RunQuery {
  const query = view.query.trim();
  return {
    ...within,
    filter: query || null,
    order_by: view.sort,
    include_children: view.children === "all",
  };
}

/** True when the view leaves runs out. */
export function isFiltered(view: RunView): boolean {
  return view.query.trim() !== "";
}
