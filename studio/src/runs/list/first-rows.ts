import { defaultColumns } from "./default-columns";
import { rememberedMetrics } from "./remembered-metrics";
import { decodeRunView, type RunViewSearch } from "./run-view";
import { readEarly } from "./useLines";

/** Begins to read the rows of the list at this address, before the page that shows them is drawn. */
export function readFirstRows(workspace: string, search: RunViewSearch): void {
  const view = decodeRunView(search);
  readEarly(workspace, view, view.columns ?? defaultColumns(rememberedMetrics(workspace, {}), false), {});
}
