import { expect, test } from "vitest";
import { columnWidths, nextTableSort, parseTableSort, rowOrder } from "./table-order";

const COLUMNS = { loss: [0.3, "NaN", 0.1, null, 0.2], name: ["run 10", "run 9", 2, "Run 1", true], "-x": [1, 2, 3, 4, 5] };

test("numbers are sorted by their size, and what is no number comes last in both directions", () => {
  expect(rowOrder(COLUMNS, null)).toEqual([0, 1, 2, 3, 4]);
  expect(rowOrder(COLUMNS, { column: "loss", descending: false })).toEqual([2, 4, 0, 1, 3]);
  expect(rowOrder(COLUMNS, { column: "loss", descending: true })).toEqual([0, 4, 2, 1, 3]);
});

test("texts are sorted as people read them, after numbers", () => {
  expect(rowOrder(COLUMNS, { column: "name", descending: false })).toEqual([4, 2, 3, 1, 0]);
});

test("rows that are equal stay as they were logged", () => {
  expect(rowOrder({ a: [1, 1, 0, 1] }, { column: "a", descending: true })).toEqual([0, 1, 3, 2]);
});

test("the address names a column and a direction", () => {
  expect(parseTableSort("-loss", COLUMNS)).toEqual({ column: "loss", descending: true });
  expect(parseTableSort("gone", COLUMNS)).toBeNull();
  expect(parseTableSort("toString", COLUMNS)).toBeNull();
});

test("a column whose name begins with a sign goes both ways, and so does the one with the same name without it", () => {
  const columns = { x: [1], "-x": [2], "+x": [3] };
  for (const column of Object.keys(columns)) {
    const up = parseTableSort(nextTableSort(null, column), columns);
    const down = parseTableSort(nextTableSort(up, column), columns);
    expect([up, down]).toEqual([{ column, descending: false }, { column, descending: true }]);
    expect(nextTableSort(down, column)).toBeUndefined();
  }
});

test("a column's head sorts up, then down, then not at all", () => {
  expect(nextTableSort(null, "loss")).toBe("loss");
  expect(nextTableSort({ column: "loss", descending: false }, "loss")).toBe("-loss");
  expect(nextTableSort({ column: "loss", descending: true }, "loss")).toBeUndefined();
  expect(nextTableSort({ column: "loss", descending: true }, "name")).toBe("name");
});

test("columns are as wide as their texts, within bounds", () => {
  expect(columnWidths({ n: [1], text: ["x".repeat(20)], long: ["x".repeat(500)] }, String)).toEqual([9, 23, 44]);
});
