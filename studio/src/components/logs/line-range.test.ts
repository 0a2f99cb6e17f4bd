import { expect, test } from "vitest";
import { clickedRange, formatLineRange, parseLineRange } from "./line-range";

test.each([
  ["120", { from: 120, to: 120 }, "120"],
  ["120-140", { from: 120, to: 140 }, "120-140"],
  ["140-120", { from: 120, to: 140 }, "120-140"],
])("%s is a range", (text, range, written) => {
  expect(parseLineRange(text)).toEqual(range);
  expect(formatLineRange(range)).toBe(written);
});

test.each([undefined, "", "x", "0", "1-", "-3", "1e3"])("%s is none", (text) => {
  expect(parseLineRange(text)).toBeNull();
});

test("a click chooses a line, Shift extends to it in either direction", () => {
  expect(clickedRange(5, { from: 1, to: 2 }, false)).toEqual({ from: 5, to: 5 });
  expect(clickedRange(9, { from: 5, to: 5 }, true)).toEqual({ from: 5, to: 9 });
  expect(clickedRange(2, { from: 5, to: 9 }, true)).toEqual({ from: 2, to: 5 });
  expect(clickedRange(2, null, true)).toEqual({ from: 2, to: 2 });
});
