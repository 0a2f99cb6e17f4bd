import { expect, test } from "vitest";
import type { SavedView } from "../../client/view";
import type { CompareSearch } from "../compare/compare-state";
import { chartsContent, chartsSearch, isOfCharts, isOtherCharts } from "./saved-charts";

function saved(search: CompareSearch, experiment: string | null = null): SavedView {
  const content = chartsContent(search, experiment);
  return { id: "v1", workspace: "w", name: "n", owner: "o", sharing: "private", created_at: "", updated_at: "", updated_by: "o", version: 1, filter: content.filter ?? "", order_by: content.order_by ?? "", columns: [], run_ids: content.run_ids ?? [], charts: content.charts ?? [], layout: content.layout ?? {} };
}

const SEARCHES: CompareSearch[] = [
  { runs: "a,b" },
  { q: "tag.team = red", charts: "-", tab: "table" },
  { exp: "digits", charts: 'lines!:="a" / "b",scatter:t:lr\\,m:loss@min', zoom: "lines:loss@1~2", x: "wall", ema: "0.5", hide: "a" },
];

test.each(SEARCHES)("charts %# are shown as they were saved", (search) => {
  const view = saved(search);
  expect(isOfCharts(view)).toBe(true);
  expect(isOtherCharts(search, view, null)).toBe(false);
  expect(isOtherCharts(chartsSearch(view), view, null)).toBe(false);
  expect(isOtherCharts({ ...search, y: "log" }, view, null)).toBe(true);
});

test("the charts of an experiment do not name it twice", () => {
  const view = saved({ exp: "digits", charts: "lines:loss" }, "digits");
  expect(view.layout).toMatchObject({ experiment: "digits" });
  expect(chartsSearch(view)).toMatchObject({ charts: "lines:loss", view: "v1" });
  expect(chartsSearch(view).exp).toBeUndefined();
  expect(isOtherCharts({ exp: "digits", charts: "lines:loss" }, view, "digits")).toBe(false);
});

test("charts that no version made are left out", () => {
  const view = { ...saved({ charts: "lines:loss" }), charts: [{ kind: "sculpture", fields: ["x"] }, { kind: "lines", fields: 7 }, { kind: "lines", fields: ["acc"], wide: "yes" }] };
  expect(chartsSearch(view).charts).toBe("lines:acc");
});
