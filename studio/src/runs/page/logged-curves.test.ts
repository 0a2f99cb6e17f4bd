import { expect, test } from "vitest";
import { parseCurves } from "./logged-curves";

const document = (schema_type: string, data: object) => JSON.stringify({ schema_type, schema_version: "1.0.0", data });

test("an accuracy table gives ROC and precision–recall, a curve a class", () => {
  const table = [
    [10, 10, 0, 0],
    [8, 2, 8, 2],
    [0, 0, 10, 10],
  ];
  const charts = parseCurves(document("accuracy_table", { probability_tables: [table, table], class_labels: ["cat"], probability_thresholds: [0, 0.5, 1] }));
  expect(charts?.map((chart) => chart.kind)).toEqual(["roc", "precisionRecall"]);
  expect(charts?.[0]?.curves.map((curve) => curve.label)).toEqual(["cat", "1"]);
  expect(charts?.[0]?.curves[0]?.line).toEqual({ x: Float64Array.of(0, 0.2, 1), y: Float64Array.of(0, 0.8, 1) });
  // Where nothing is predicted there is no precision.
  expect(charts?.[1]?.curves[0]?.line).toEqual({ x: Float64Array.of(0.8, 1), y: Float64Array.of(0.8, 0.5) });
});

test("residuals are steps over their bins, predictions a line with its error", () => {
  expect(parseCurves(document("residuals", { bin_edges: [0, 1, 3], bin_counts: [4, 5] }))?.[0]?.curves[0]?.line).toEqual({ x: Float64Array.of(0, 1, 1, 3), y: Float64Array.of(4, 4, 5, 5) });
  const [band, mean] = parseCurves(document("predictions", { bin_edges: [0, 2, 4], bin_averages: [1, 3], bin_errors: [0.5, 1], bin_counts: [1, 1] }))?.[0]?.curves ?? [];
  expect(band?.upper?.y).toEqual(Float64Array.of(1.5, 4));
  expect(mean?.line).toEqual({ x: Float64Array.of(1, 3), y: Float64Array.of(1, 3) });
});

test("anything else is none of these", () => {
  for (const text of ["", "[]", '{"data":{}}', document("residuals", { bin_edges: [1], bin_counts: [1] }), document("confusion_matrix", { matrix: [] })]) expect(parseCurves(text)).toBeNull();
});
