import { expect, test } from "vitest";
import type { LineData } from "./line-data";
import { type PlotModel, scalesOf } from "./plot-model";
import { paddedRange, Scale, ticks, timeTicks } from "./scale";
import { extent, robustExtent, trace } from "./trace";

function drawn(line: LineData, x: Scale, y: Scale): { moves: number; points: [number, number][] } {
  const points: [number, number][] = [];
  let moves = 0;
  trace(
    {
      moveTo: (px, py) => {
        moves += 1;
        points.push([px, py]);
      },
      lineTo: (px, py) => points.push([px, py]),
    },
    line,
    x,
    y,
    1,
  );
  return { moves, points };
}

const identity = (length: number) => new Scale("linear", { low: 0, high: length }, 0, length);

test("a spike among a million points is drawn, with few strokes a column", () => {
  const count = 1_000_000;
  const x = Float64Array.from({ length: count }, (_, index) => index);
  const y = new Float64Array(count);
  y[654_321] = 50;
  const scale = new Scale("linear", { low: 0, high: count }, 0, 400);
  const { moves, points } = drawn({ x, y }, scale, identity(100));
  expect(moves).toBe(1);
  expect(points.length).toBeLessThan(401 * 4);
  expect(Math.max(...points.map((point) => point[1]))).toBe(50);
});

test("the points of a short line stand where they belong, between columns too: a straight line has no kink", () => {
  const line = { x: Float64Array.of(0, 1, 2, 3), y: Float64Array.of(0, 1, 2, 3) };
  const wide = new Scale("linear", { low: 0, high: 3 }, 0, 5);
  expect(drawn(line, wide, identity(3)).points.map(([px, py]) => px - (py * 5) / 3)).toEqual([0, 0, 0, 0]);
});

test("a gap ends the line and another begins", () => {
  const line = { x: Float64Array.of(0, 10, 20, 30), y: Float64Array.of(1, Number.NaN, 2, 3) };
  expect(drawn(line, identity(30), identity(10)).moves).toBe(2);
});

test("a logarithmic axis leaves out what it cannot show", () => {
  const line = { x: Float64Array.of(0, 1, 2, 3), y: Float64Array.of(1, 0, -1, 10) };
  expect(drawn(line, identity(3), new Scale("log", { low: 0.1, high: 100 }, 0, 3)).points).toEqual([
    [0, 1],
    [3, 2],
  ]);
  expect(extent(line, identity(3), true)).toEqual([1, 10]);
});

test("a line goes on to the edge of a part that lies between two points", () => {
  const line = { x: Float64Array.of(0, 100), y: Float64Array.of(0, 100) };
  const part = new Scale("linear", { low: 40, high: 60 }, 0, 20);
  expect(drawn(line, part, identity(100)).points).toEqual([
    [-40, 0],
    [60, 100],
  ]);
});

test("a few values far out do not press the others flat, and are counted", () => {
  const y = Float64Array.from({ length: 200 }, (_, index) => (index === 50 ? 1e6 : Math.sin(index)));
  const data = { x: Float64Array.from(y.keys()), y };
  const [, high] = robustExtent([data], identity(200), false) ?? [0, 0];
  expect(high).toBeLessThan(5);
  const model: PlotModel = { lines: [{ id: "a", label: "a", colour: "red", data }], xKind: "linear", yKind: "linear", axis: "step", window: null, clip: true, timeTicks: false, xText: String, yText: String };
  expect(scalesOf(model, { left: 0, top: 0, right: 100, bottom: 100 }).outside).toBe(1);
  expect(scalesOf({ ...model, clip: false }, { left: 0, top: 0, right: 100, bottom: 100 }).outside).toBe(0);
});

test("ticks are round and within the axis", () => {
  expect(ticks("linear", { low: 0, high: 1 }, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
  expect(ticks("linear", { low: 9_999_990, high: 10_000_010 }, 4)).toEqual([9_999_990, 9_999_995, 10_000_000, 10_000_005, 10_000_010]);
  expect(ticks("log", { low: 0.5, high: 5000 }, 10)).toEqual([1, 10, 100, 1000]);
  expect(timeTicks({ low: 0, high: 700 }, 5)).toEqual([0, 300, 600]);
  expect(ticks("linear", { low: 1, high: 1 }, 5)).toEqual([1]);
});

test("a constant sits in the middle of its axis, and no data make an axis too", () => {
  expect(paddedRange("linear", 5, 5)).toEqual({ low: 4.5, high: 5.5 });
  expect(paddedRange("linear", 0, 0)).toEqual({ low: -1, high: 1 });
  expect(paddedRange("linear", Number.NaN, Number.NaN)).toEqual({ low: 0, high: 1 });
});

test("a value comes back from its pixel", () => {
  for (const kind of ["linear", "log"] as const) {
    const scale = new Scale(kind, { low: 0.01, high: 1000 }, 20, 420);
    expect(scale.valueAt(scale.at(3.5))).toBeCloseTo(3.5, 9);
  }
});
