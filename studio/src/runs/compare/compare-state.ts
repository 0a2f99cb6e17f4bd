import type { Range } from "../../client/series-window";
import { parseZooms, zoomTexts } from "../../components/charts/zoom-text";
import { joinList, splitList } from "../../components/url-list";
import type { Band } from "./combined-lines";

export const PANEL_KINDS = ["lines", "bars", "scatter", "parallel", "box", "confusion", "images", "table"] as const;
export type PanelKind = (typeof PANEL_KINDS)[number];

/** One chart. What `fields` are depends on the kind: a metric or `=formula` of lines, fields of runs otherwise. */
export interface Panel {
  kind: PanelKind;
  fields: string[];
  wide: boolean;
}

export const TABS = ["charts", "table", "code"] as const;
export type CompareTab = (typeof TABS)[number];

/** What the compare page shows: the part of its address after `?`. */
export interface CompareState {
  /** Chosen runs; or else those that `query` and `experiment` find. */
  runs: string[];
  query: string;
  experiment: string;
  /** Null: the charts that the page chooses by itself. */
  panels: Panel[] | null;
  baseline: string | null;
  hidden: ReadonlySet<string>;
  /** The field of runs that gives lines their colour; null: each run its own. */
  colour: string | null;
  group: string | null;
  band: Band;
  tab: CompareTab;
  /** Rows that are the same in all runs, too. */
  all: boolean;
  find: string;
  /** Parts of axes that are brushed: only runs within all of them are shown. */
  brush: ReadonlyMap<string, Range>;
  /** The step at which media are shown; null: the last. */
  step: number | null;
}

export const COMPARE_KEYS = ["runs", "q", "exp", "charts", "base", "hide", "colour", "group", "band", "tab", "all", "find", "brush", "x", "xm", "xlog", "y", "ema", "clip", "zoom", "step", "view"] as const;
export type CompareSearch = Partial<Record<(typeof COMPARE_KEYS)[number], string>>;

/** What changes while a hand moves or types: it does not fill the browser's history. */
const GRADUAL_KEYS: ReadonlySet<string> = new Set<(typeof COMPARE_KEYS)[number]>(["find", "ema", "zoom", "brush", "step"]);

/** Tells whether an address replaces the one before it; or else Back leads to that one. */
export function replacesHistory(before: CompareSearch, after: CompareSearch): boolean {
  return COMPARE_KEYS.every((key) => (before[key] ?? "") === (after[key] ?? "") || GRADUAL_KEYS.has(key));
}

export function encodeCompare(state: CompareState): CompareSearch {
  return {
    runs: joinList(state.runs) || undefined,
    q: state.query || undefined,
    exp: state.experiment || undefined,
    charts: state.panels === null ? undefined : joinList(state.panels.map(encodePanel)) || "-",
    base: state.baseline ?? undefined,
    hide: joinList([...state.hidden]) || undefined,
    colour: state.colour ?? undefined,
    group: state.group ?? undefined,
    band: state.band === "range" ? undefined : state.band,
    tab: state.tab === "charts" ? undefined : state.tab,
    all: state.all ? "1" : undefined,
    find: state.find || undefined,
    brush: joinList(zoomTexts(state.brush)) || undefined,
    step: state.step === null ? undefined : String(state.step),
  };
}

/** Reads an address. What it does not understand is left out. */
export function decodeCompare(search: CompareSearch): CompareState {
  const list = (text: string | undefined) => splitList(text ?? "").filter((each) => each !== "");
  return {
    runs: list(search.runs),
    query: search.q ?? "",
    experiment: search.exp ?? "",
    panels: search.charts === undefined ? null : list(search.charts).flatMap((text) => decodePanel(text) ?? []),
    baseline: search.base ?? null,
    hidden: new Set(list(search.hide)),
    colour: search.colour ?? null,
    group: search.group ?? null,
    band: search.band === "deviation" ? "deviation" : "range",
    tab: TABS.find((tab) => tab === search.tab) ?? "charts",
    all: search.all === "1",
    find: search.find ?? "",
    brush: parseZooms(list(search.brush)),
    step: search.step && Number.isFinite(Number(search.step)) ? Number(search.step) : null,
  };
}

/** `lines:val/loss`, `scatter!:p:lr,m:acc@max`: the kind, a mark for a wide one, and what it shows. */
function encodePanel(panel: Panel): string {
  return `${panel.kind}${panel.wide ? "!" : ""}:${joinList(panel.fields)}`;
}

function decodePanel(text: string): Panel | null {
  const match = /^([a-z]+)(!?):(.+)$/s.exec(text);
  const kind = PANEL_KINDS.find((each) => each === match?.[1]);
  return kind && match ? { kind, fields: splitList(match[3] ?? ""), wide: match[2] === "!" } : null;
}

/** Names a panel among the others. */
export function panelKey(panel: Panel): string {
  return `${panel.kind}:${joinList(panel.fields)}`;
}

/** `panels` with the one at `from` standing at `to`. */
export function movedPanel(panels: readonly Panel[], from: number, to: number): Panel[] {
  const moved = [...panels];
  const [panel] = moved.splice(from, 1);
  if (panel) moved.splice(Math.max(0, Math.min(moved.length, to)), 0, panel);
  return moved;
}
