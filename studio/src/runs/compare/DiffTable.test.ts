import { expect, test } from "vitest";
import { columnWidth } from "./DiffTable";

test("few runs share the room of the table, many keep a width that can be read", () => {
  expect(columnWidth(940, 2)).toBe(360);
  expect(columnWidth(940, 3)).toBe(240);
  expect(columnWidth(940, 50)).toBe(168);
  expect(columnWidth(300, 0)).toBe(168);
});
