import { expect, test } from "vitest";
import type { MetricSeries, MetricSummary } from "../client/metric";
import { chartsOf, figuresOf, figureText } from "./charts";

function series(name: string, values: MetricSeries["values"], more: Partial<MetricSeries> = {}): MetricSeries {
  return { run_id: "r", name, family: "series", type: "azureml.v1.scalar", description: "", count: 0, values, ...more };
}

function summary(name: string, last: MetricSummary["last"]): MetricSummary {
  return { name, family: "series", type: "azureml.v1.scalar", count: 1, last };
}

test("a line needs two numbers; a table two numeric columns", () => {
  const table = series("curve", [], { family: "table", type: "azureml.v1.table", columns: { x: [1, 2], y: [3, 4] } });
  const charts = chartsOf([series("loss", [2, 1]), series("once", [5]), series("words", ["a", "b"]), table]);
  expect(charts.map((chart) => chart.name)).toEqual(["loss", "curve"]);
  expect(charts[1]?.line.y).toEqual(Float64Array.of(3, 4));
});

test("what is no line is a figure", () => {
  const charts = chartsOf([series("loss", [2, 1])]);
  expect(figuresOf([summary("loss", 1), summary("once", 5), summary("word", "b")], charts)).toEqual([
    { name: "once", value: 5 },
    { name: "word", value: "b" },
  ]);
});

test("texts, nothing and numbers are told", () => {
  expect([figureText("b", String), figureText(null, String), figureText(0.5, String), figureText("NaN", String)]).toEqual(["b", "–", "0.5", "NaN"]);
});
