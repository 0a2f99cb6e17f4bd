import { expect, test } from "vitest";
import { columnWindow, movedRow, rowWindow, scrollToRow } from "./grid-window";

test("the rows on the screen are drawn, and a few beyond", () => {
  expect(rowWindow(0, 320, 32, 1000)).toEqual({ first: 0, last: 16 });
  expect(rowWindow(3200, 320, 32, 1000)).toEqual({ first: 94, last: 116 });
  expect(rowWindow(999_999, 320, 32, 1000).last).toBe(999);
});

test("no rows give an empty window", () => {
  const { first, last } = rowWindow(0, 320, 32, 0);
  expect(last).toBeLessThan(first);
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
