import type { SavedView, ViewContent } from "../../client/view";
import { columnToken } from "../list/column";
import { decodeRunView, encodeRunView, type RunView, type RunViewSearch } from "../list/run-view";

/** The parts of a list's address that a saved view keeps in its `layout`, as they stand there. */
const LAYOUT_KEYS = ["cols", "group", "children", "density", "w", "pin"] as const;

/** What is saved of a list: its query, order and columns as the server knows them, and the rest as it stands in the address. */
export function contentOf(view: RunView, experiment: string | null): ViewContent {
  const search = encodeRunView(view);
  const layout = Object.fromEntries(LAYOUT_KEYS.flatMap((key) => (search[key] === undefined ? [] : [[key, search[key]]])));
  return {
    filter: view.query,
    order_by: view.sort,
    columns: (view.columns ?? []).map(columnToken),
    run_ids: [...view.selected],
    charts: [],
    layout: { ...layout, ...(experiment === null ? {} : { experiment }) },
  };
}

/** The address of the list that a saved view shows. */
export function searchOf(view: SavedView): RunViewSearch {
  const layout = view.layout ?? {};
  const kept = Object.fromEntries(LAYOUT_KEYS.flatMap((key) => (typeof layout[key] === "string" ? [[key, layout[key]]] : [])));
  // What a later or earlier version of the Studio wrote is read as an address is: what is not understood is left out.
  return encodeRunView(decodeRunView({ ...kept, q: view.filter, sort: view.order_by, view: view.id, sel: (view.run_ids ?? []).join(",") }));
}

/** The experiment whose list a saved view is of; null for all runs. */
export function experimentOf(view: SavedView): string | null {
  const experiment = view.layout?.experiment;
  return typeof experiment === "string" ? experiment : null;
}

/** True when the list shows something else than what was saved. What is selected is not a change. */
export function isModified(shown: RunView, saved: SavedView): boolean {
  const part = (view: RunView) => JSON.stringify({ ...encodeRunView(view), sel: undefined, view: undefined });
  return part(shown) !== part(decodeRunView(searchOf(saved)));
}

/**
 * The state of a view that the page's changes were made to. A page that nobody has changed goes along with the view; one with changes keeps
 * the state that it began with, so that saving does not write over what somebody else saved meanwhile.
 */
export function basisOf(before: SavedView | null, record: SavedView | null, modified: boolean): SavedView | null {
  return modified && before !== null && before.id === record?.id ? before : record;
}
