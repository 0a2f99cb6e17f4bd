import { expect, test } from "vitest";
import { visibleRows } from "../../components/VirtualRows";
import { metricRows } from "./metric-layout";
import { metricSections } from "./metric-sections";

const summary = (name: string, count = 5) => ({ name, family: "series" as const, type: "azureml.v1.scalar" as const, count, last: 1, min: 0, max: 1, columns: [] });

test("ten thousand names have their rows at once, and few of them are on the screen", () => {
  const sections = metricSections(
    Array.from({ length: 10_000 }, (_, index) => summary(`layer${index % 100}/weight${index}`)),
    "",
  );
  const { rows, height } = metricRows(sections, 1200, new Set());
  expect(rows.flatMap((row) => (row.kind === "cards" ? row.metrics : []))).toHaveLength(10_000);
  for (const [index, row] of rows.entries()) expect(row.top).toBeGreaterThanOrEqual(index === 0 ? 0 : (rows[index - 1]?.top ?? 0) + (rows[index - 1]?.height ?? 0));
  expect((rows.at(-1)?.top ?? 0) + (rows.at(-1)?.height ?? 0)).toBe(height);
  const shown = visibleRows(rows, 500_000, 501_600, null);
  expect(shown.length).toBeLessThan(12);
  expect(shown[0]?.top).toBeLessThanOrEqual(500_000);
});

test("a wide card has a row of its own, and the focused row stays", () => {
  const sections = metricSections(["a", "b", "c"].map((name) => summary(name)), "");
  const { rows } = metricRows(sections, 1200, new Set(["b"]));
  expect(rows.map((row) => (row.kind === "cards" ? row.metrics.map((metric) => metric.summary.name) : []))).toEqual([["a", "c"], ["b"]]);
  expect(visibleRows(rows, -100, -50, rows[1]?.key ?? null)).toEqual([rows[1]]);
});
