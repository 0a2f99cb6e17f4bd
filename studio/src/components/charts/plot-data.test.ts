import { expect, test } from "vitest";
import type { MetricSeries } from "../../client/metric";
import { csvOf } from "./csv";
import { columnsPlot, numericColumns, positiveOnly, seriesPlot, smoothed } from "./plot-data";

function series(values: MetricSeries["values"], more: Partial<MetricSeries> = {}): MetricSeries {
  return { run_id: "r", name: "m", family: "series", type: "azureml.v1.scalar", description: "", count: values?.length ?? 0, values, ...more };
}

test("points without a step are counted from zero", () => {
  expect(seriesPlot(series([3, 2, 1], { steps: [null, null, null] }), "step")).toEqual({ x: [0, 1, 2], y: [3, 2, 1], marks: [] });
});

test("NaN and the infinities are gaps with marks, not lost points", () => {
  const plot = seriesPlot(series([1, "NaN", "Infinity", "-Infinity", 2]), "step");
  expect(plot.y).toEqual([1, null, null, null, 2]);
  expect(plot.marks).toEqual([
    { x: 1, kind: "nan" },
    { x: 2, kind: "up" },
    { x: 3, kind: "down" },
  ]);
});

test("texts and booleans are no points", () => {
  expect(seriesPlot(series(["a", true, 2]), "step")).toEqual({ x: [2], y: [2], marks: [] });
});

test("steps that were logged out of order are put in order", () => {
  expect(seriesPlot(series([1, 2, 3], { steps: [0, 10, 5] }), "step")).toMatchObject({ x: [0, 5, 10], y: [1, 3, 2] });
});

test("time is counted in seconds from the first point", () => {
  expect(seriesPlot(series([1, 2], { times: [100, 102.5] }), "time").x).toEqual([0, 2.5]);
});

test("two columns make points, rows without an x none", () => {
  expect(columnsPlot([0, null, 2], [1, 2, "NaN"])).toEqual({ x: [0, 2], y: [1, null], marks: [{ x: 2, kind: "nan" }] });
});

test("a column of numbers may have holes but no texts", () => {
  expect(numericColumns({ a: [1, null], b: ["x", 1], c: [null, null], d: ["NaN", 2] })).toEqual(["a", "d"]);
});

test("smoothing a constant changes nothing, and gaps stay gaps", () => {
  expect(smoothed([5, 5, null, 5], 0.9).map((value) => (value === null ? null : Math.round(value * 1e9) / 1e9))).toEqual([5, 5, null, 5]);
  expect(smoothed([1, 2], 0)).toEqual([1, 2]);
});

test("a logarithmic axis leaves out what it cannot show", () => {
  expect(positiveOnly([1, 0, -1, null])).toEqual([1, null, null, null]);
});

test("CSV quotes what would break it", () => {
  expect(csvOf({ 'a"b': [1, "x,y"], c: ["NaN"] })).toBe('"a""b",c\r\n1,NaN\r\n"x,y",\r\n');
});
