import type { SavedView, ViewContent } from "../../client/view";
import { type CompareSearch, decodeCompare, encodeCompare, type Panel, PANEL_KINDS } from "../compare/compare-state";
import { DEFAULT_SORT } from "../list/run-view";

/** The parts of a comparison's address that a saved view keeps in its `layout`, as they stand there. */
const LAYOUT_KEYS = ["base", "hide", "colour", "group", "band", "tab", "all", "find", "brush", "x", "xm", "xlog", "y", "ema", "clip", "zoom"] as const;

/** What is saved of a comparison: its runs and charts as the server knows them, and the rest as it stands in the address. `experiment` is that whose charts these are. */
export function chartsContent(search: CompareSearch, experiment: string | null): ViewContent {
  const { runs, query, panels, experiment: compared } = decodeCompare(search);
  const kept = Object.fromEntries(LAYOUT_KEYS.flatMap((key) => (search[key] === undefined ? [] : [[key, search[key]]])));
  const of = experiment !== null ? { experiment } : compared === "" ? {} : { compared };
  return {
    filter: query,
    order_by: DEFAULT_SORT,
    columns: [],
    run_ids: runs,
    charts: (panels ?? []).map((panel) => ({ ...panel })),
    layout: { ...kept, ...of, page: "charts", arranged: panels !== null },
  };
}

/** True for a view of charts, and not of a list. */
export function isOfCharts(view: SavedView): boolean {
  return view.layout?.page === "charts";
}

/** The address of the comparison that a saved view shows. What a later or earlier version of the Studio wrote and this one does not know is left out. */
export function chartsSearch(view: SavedView): CompareSearch {
  const layout = view.layout ?? {};
  const kept: CompareSearch = Object.fromEntries(LAYOUT_KEYS.flatMap((key) => (typeof layout[key] === "string" ? [[key, layout[key]]] : [])));
  const charts = (view.charts ?? []).flatMap((chart) => panelOf(chart) ?? []);
  const state = decodeCompare(kept);
  const shown = encodeCompare({
    ...state,
    runs: view.run_ids ?? [],
    query: view.filter ?? "",
    experiment: typeof layout.compared === "string" ? layout.compared : "",
    panels: layout.arranged === true ? charts : null,
  });
  return { ...kept, ...shown, view: view.id };
}

function panelOf(chart: Readonly<Record<string, unknown>>): Panel | null {
  const kind = PANEL_KINDS.find((each) => each === chart.kind);
  const { fields } = chart;
  if (kind === undefined || !Array.isArray(fields)) return null;
  return { kind, fields: fields.map(String), wide: chart.wide === true };
}

/** True when a comparison shows something else than what was saved. `experiment` as in {@link chartsContent}. */
export function isOtherCharts(search: CompareSearch, saved: SavedView, experiment: string | null): boolean {
  const part = (shown: CompareSearch) => JSON.stringify(chartsContent(shown, experiment), (_, value: unknown) => (isRecord(value) ? Object.fromEntries(Object.entries(value).sort()) : value));
  return part(search) !== part(chartsSearch(saved));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
