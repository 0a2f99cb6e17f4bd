import { expect, test } from "vitest";
import type { SeriesPoints } from "../../client/series-frame";
import { csvOf } from "./csv";
import { againstMetric, inOrder, lineOf, nearestIndex, smoothed, withWindow } from "./line-data";
import { columnsLine, numericColumns } from "./table-line";
import { parseZooms, zoomTexts } from "./zoom-text";

const floats = (...values: number[]) => Float64Array.from(values);

function points(values: number[], more: { steps?: number[]; times?: number[] } = {}): SeriesPoints {
  const steps = more.steps ?? [...values.keys()];
  return { runId: "r", name: "m", count: values.length, steps: floats(...steps), times: floats(...(more.times ?? steps)), values: floats(...values) };
}

test("steps that were logged out of order are put in order, equal ones as they came", () => {
  expect(lineOf(points([1, 2, 3], { steps: [0, 10, 5] }), "step", 0)).toEqual({ x: floats(0, 5, 10), y: floats(1, 3, 2) });
  expect(inOrder(floats(1, 1, 0), floats(7, 8, 9))).toEqual({ x: floats(0, 1, 1), y: floats(9, 7, 8) });
});

test("relative time counts from the start of the run", () => {
  expect([...lineOf(points([1, 2], { times: [100, 102.5] }), "relative", 99).x]).toEqual([1, 3.5]);
});

test("NaN and the infinities stay among the points", () => {
  expect([...lineOf(points([1, Number.NaN, Number.POSITIVE_INFINITY]), "step", 0).y]).toEqual([1, Number.NaN, Number.POSITIVE_INFINITY]);
});

test("finer points replace the coarse ones of their window, and what was logged since stays", () => {
  const coarse = { x: floats(0, 10, 20, 30, 40), y: floats(0, 1, 2, 3, 4) };
  const fine = { x: floats(10, 12, 14, 20), y: floats(1, 9, 8, 2) };
  expect([...withWindow(coarse, fine, { low: 9, high: 21 }).x]).toEqual([0, 10, 12, 14, 20, 30, 40]);
  // The window reached beyond the newest point of its time: 30 and 40 are newer.
  expect([...withWindow(coarse, fine, { low: 9, high: 100 }).x]).toEqual([0, 10, 12, 14, 20, 30, 40]);
  expect([...withWindow(coarse, { x: floats(), y: floats() }, { low: 15, high: 35 }).x]).toEqual([0, 10, 40]);
});

test("a metric against another stands where the other was at its step, or last before", () => {
  const line = againstMetric(points([5, 6, 7], { steps: [0, 5, 10] }), points([1, 2], { steps: [3, 10] }));
  expect(line).toEqual({ x: floats(1, 2), y: floats(6, 7) });
});

test("smoothing a constant changes nothing, and gaps stay gaps", () => {
  const line = { x: floats(0, 1, 2, 3), y: floats(5, 5, Number.NaN, 5) };
  expect([...smoothed(line, 0.9, 3, 4)].map((value) => Math.round(value * 1e9) / 1e9)).toEqual([5, 5, Number.NaN, 5]);
});

test("a part of a line is smoothed like the whole", () => {
  const count = 5000;
  const x = Float64Array.from({ length: count }, (_, index) => index);
  const y = x.map((value) => Math.sin(value / 300) + ((value * 7919) % 13) / 13);
  const whole = smoothed({ x, y }, 0.8, count - 1, count);
  const part = smoothed({ x: x.subarray(2000, 3000), y: y.subarray(2000, 3000) }, 0.8, count - 1, count);
  expect(part[999]).toBeCloseTo(whole[2999] ?? Number.NaN, 6);
});

test("the nearest point is found on both sides and at the ends", () => {
  const x = floats(0, 10, 20);
  expect([-5, 4, 6, 15, 16, 99].map((value) => nearestIndex(x, value))).toEqual([0, 0, 1, 1, 2, 2]);
  expect(nearestIndex(floats(), 1)).toBe(-1);
});

test("two columns make a line, rows without an x or with a text none", () => {
  expect(columnsLine([0, null, 2, 3], [1, 2, "NaN", "a"])).toEqual({ x: floats(0, 2), y: floats(1, Number.NaN) });
});

test("a column of numbers may have holes but no texts", () => {
  expect(numericColumns({ a: [1, null], b: ["x", 1], c: [null, null], d: ["NaN", 2] })).toEqual(["a", "d"]);
});

test("CSV quotes what would break it", () => {
  expect(csvOf({ 'a"b': [1, "x,y"], c: ["NaN"] })).toBe('"a""b",c\r\n1,NaN\r\n"x,y",\r\n');
});

test("zooms survive the address, whatever the names hold", () => {
  const windows = new Map([
    ["a@b~c", { low: 100, high: 2000 }],
    ["val/loss", { low: -0.25, high: 1e-3 }],
  ]);
  const read = parseZooms(zoomTexts(windows));
  expect([...read.keys()]).toEqual([...windows.keys()]);
  expect(read.get("a@b~c")).toEqual({ low: 100, high: 2000 });
  expect(read.get("val/loss")?.low).toBeCloseTo(-0.25, 5);
  expect(parseZooms(["nonsense", "x@2~1", "@1~2"])).toEqual(new Map());
});
