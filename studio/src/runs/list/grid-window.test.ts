import { expect, test } from "vitest";
import { columnWindow, drawnRows, movedRow, rowWindow, scrollToRow } from "./grid-window";

test("the rows on the screen are drawn, and a few beyond", () => {
  expect(rowWindow(0, 320, 32, 1000)).toEqual({ first: 0, last: 18 });
  expect(rowWindow(3200, 320, 32, 1000)).toEqual({ first: 96, last: 114 });
  expect(rowWindow(999_999, 320, 32, 1000)).toEqual({ first: 981, last: 999 });
  expect(rowWindow(0, 320, 32, 5)).toEqual({ first: 0, last: 4 });
});

test("no rows give an empty window", () => {
  const { first, last } = rowWindow(0, 320, 32, 0);
  expect(last).toBeLessThan(first);
});

test("as many rows are drawn wherever the list stands, so that each has an element of its own", () => {
  for (const top of [0, 1, 31, 33, 1600, 31_679]) {
    const { first, last } = rowWindow(top, 320, 32, 1000);
    expect(last - first + 1).toBe(drawnRows(320, 32));
    expect(first).toBeLessThanOrEqual(Math.floor(top / 32));
    expect(last).toBeGreaterThanOrEqual(Math.min(999, Math.ceil((top + 320) / 32) - 1));
  }
});

test("columns out of sight are replaced by space of their width", () => {
  const widths = [100, 100, 100, 100, 100];
  const window = columnWindow(150, 200, widths);
  expect(window).toEqual({ first: 1, end: 4, before: 100, after: 100 });
  expect(columnWindow(0, 1000, widths)).toEqual({ first: 0, end: 5, before: 0, after: 0 });
});

test("a row is brought into sight with the least movement", () => {
  expect(scrollToRow(0, 500, 320, 32)).toBe(0);
  expect(scrollToRow(20, 500, 320, 32)).toBe(500);
  expect(scrollToRow(40, 500, 320, 32)).toBe(41 * 32 - 320);
});

test("keys move the active row and stay within the list", () => {
  expect(movedRow("j", 3, 10, 5)).toBe(4);
  expect(movedRow("k", 0, 10, 5)).toBe(0);
  expect(movedRow("PageDown", 7, 10, 5)).toBe(9);
  expect(movedRow("End", 0, 10, 5)).toBe(9);
  expect(movedRow("q", 0, 10, 5)).toBeNull();
  expect(movedRow("j", -1, 0, 5)).toBeNull();
});
