import { expect, test } from "vitest";
import type { MetricSummary } from "../../client/metric";
import { columnMetrics, defaultColumns, moreColumnsAfterMs } from "./default-columns";

const metric = (name: string, last: unknown = 0.5, family = "series") => ({ name, last, family }) as unknown as MetricSummary;
const OTHERS = [metric("system/cpu"), metric("note", "text"), metric("weights", null, "histogram")];

test("a list begins with the first three numbers that its newest run logged", () => {
  const shown = defaultColumns(columnMetrics([...OTHERS, metric("loss"), metric("acc"), metric("lr"), metric("f1")]), false);
  expect(shown.flatMap((column) => (column.kind === "metric" ? [column.key] : []))).toEqual(["loss", "acc", "lr"]);
});

test("a run is looked at soon while it has no number, seldom while it has a few, and never again when it has all", () => {
  expect(moreColumnsAfterMs([])).toBe(2000);
  expect(moreColumnsAfterMs(OTHERS)).toBe(2000);
  expect(moreColumnsAfterMs([...OTHERS, metric("loss")])).toBe(30_000);
  expect(moreColumnsAfterMs([metric("loss"), metric("acc"), metric("lr")])).toBeNull();
});
