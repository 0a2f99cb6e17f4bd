import { expect, test } from "vitest";
import type { SavedView } from "../../client/view";
import { decodeRunView, DEFAULT_VIEW, type RunView } from "../list/run-view";
import { basisOf, contentOf, experimentOf, isModified, searchOf } from "./saved-view";

function saved(view: RunView, experiment: string | null = null): SavedView {
  const content = contentOf(view, experiment);
  return { id: "v1", workspace: "w", name: "n", owner: "o", sharing: "private", created_at: "", updated_at: "", updated_by: "o", version: 1, filter: content.filter ?? "", order_by: content.order_by ?? "", columns: content.columns ?? [], run_ids: content.run_ids ?? [], charts: [], layout: content.layout ?? {} };
}

const VIEWS: RunView[] = [
  DEFAULT_VIEW,
  { ...DEFAULT_VIEW, query: "tag:a, b", sort: "-metric.loss.min", group: ["param.lr"], children: "all", density: "roomy", pinned: 2 },
  { ...DEFAULT_VIEW, columns: [{ kind: "metric", key: "a,b", aggregate: "max" }], widths: { name: 300 }, selected: ["r1", "r2"] },
];

test.each(VIEWS)("view %# is shown as it was saved", (view) => {
  const record = saved(view);
  expect(decodeRunView(searchOf(record))).toEqual({ ...view, saved: "v1" });
  expect(isModified({ ...view, saved: "v1", selected: ["x"] }, record)).toBe(false);
  expect(isModified({ ...view, query: "other" }, record)).toBe(true);
});

test("a view of an experiment says which", () => {
  expect(experimentOf(saved(DEFAULT_VIEW, "digits"))).toBe("digits");
  expect(experimentOf(saved(DEFAULT_VIEW))).toBeNull();
});

test("what no version wrote is left out", () => {
  expect(decodeRunView(searchOf({ ...saved(DEFAULT_VIEW), layout: { density: 7, zzz: "x", cols: "nonsense" } }))).toMatchObject({ density: "normal", columns: [] });
});

test("changes belong to the state of the view that they were made to, whatever is saved meanwhile", () => {
  const first = saved(DEFAULT_VIEW);
  const theirs = { ...first, version: 2 };
  expect(basisOf(null, first, false)).toBe(first);
  expect(basisOf(first, theirs, true)).toBe(first);
  expect(basisOf(first, theirs, false)).toBe(theirs);
  expect(basisOf(first, { ...theirs, id: "v2" }, true)).toMatchObject({ id: "v2" });
  expect(basisOf(first, null, true)).toBeNull();
  expect(basisOf(null, theirs, true)).toBe(theirs);
});
