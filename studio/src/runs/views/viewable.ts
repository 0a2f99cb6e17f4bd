import type { SavedView, ViewContent } from "../../client/view";
import type { CompareSearch } from "../compare/compare-state";
import type { RunView } from "../list/run-view";
import { chartsContent, isOtherCharts } from "./saved-charts";
import { contentOf, isModified } from "./saved-view";

/** What a page shows, so that it can be saved as a view: a list of runs, or charts over runs. */
export interface Viewable {
  /** The saved view that it began as. */
  saved: string | null;
  /** The experiment whose page it is on. */
  experiment: string | null;
  content: ViewContent;
  isModified: (record: SavedView) => boolean;
}

export function viewableList(view: RunView, experiment: string | null): Viewable {
  return { saved: view.saved, experiment, content: contentOf(view, experiment), isModified: (record) => isModified(view, record) };
}

export function viewableCharts(search: CompareSearch, experiment: string | null): Viewable {
  return { saved: search.view ?? null, experiment, content: chartsContent(search, experiment), isModified: (record) => isOtherCharts(search, record, experiment) };
}
