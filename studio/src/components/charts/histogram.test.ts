import { expect, test } from "vitest";
import { binAt, densities, edgeRange, greatest } from "./histogram";

const bins = { counts: [2, 0, 3], edges: [0, 1, 2, 10] };

test("every value has the bin that the server has counted it in", () => {
  expect([0, 0.5, 1, 1.5, 2, 9.9, 10].map((value) => binAt(bins, value))).toEqual([0, 0, 1, 1, 2, 2, 2]);
  expect([-0.1, 10.1, Number.NaN].map((value) => binAt(bins, value))).toEqual([-1, -1, -1]);
  expect(binAt({ counts: [], edges: [] }, 1)).toBe(-1);
});

test("the range spans all histograms and is never empty", () => {
  expect(edgeRange([bins, { counts: [], edges: [] }, { counts: [1], edges: [-5, -4] }])).toEqual({ low: -5, high: 10 });
  expect(edgeRange([{ counts: [], edges: [] }])).toBeNull();
});

test("a wide bin with as many values is less dense", () => {
  const [narrow = 0, empty, wide = 0] = densities({ counts: [3, 0, 3], edges: [0, 1, 2, 10] });
  expect(empty).toBe(0);
  expect(narrow / wide).toBeCloseTo(8);
  expect(greatest([0, Number.POSITIVE_INFINITY, 4])).toBe(4);
  expect(greatest([0])).toBe(1);
});
