import { expect, test } from "vitest";
import { standApart } from "./plot-draw";
import { Scale } from "./scale";

const line = (count: number, first = 0) => ({ x: Float64Array.from({ length: count }, (_, index) => first + index), y: new Float64Array(count) });
const linear = (high: number, pixels: number) => new Scale("linear", { low: 0, high }, 0, pixels);

test("points have dots where these do not touch, however many there are", () => {
  expect(standApart(line(101), 0, 101, linear(100, 800))).toBe(true);
  expect(standApart(line(51), 0, 51, linear(200, 800))).toBe(false);
});

test("zoomed in, the points that are shown count", () => {
  expect(standApart(line(1001), 500, 511, new Scale("linear", { low: 500, high: 510 }, 0, 400))).toBe(true);
});

test("a single point always has its dot", () => {
  expect(standApart(line(1), 0, 1, linear(1, 400))).toBe(true);
});

test("a first step that a logarithmic axis cannot show hides no dots", () => {
  expect(standApart(line(5), 0, 5, new Scale("log", { low: 0.5, high: 10 }, 0, 400))).toBe(true);
});
