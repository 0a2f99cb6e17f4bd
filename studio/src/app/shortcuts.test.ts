import { expect, test } from "vitest";
import { actionFor } from "./shortcuts";

test("g and a letter lead to a page", () => {
  expect(actionFor("g", null)).toBeNull();
  expect(actionFor("r", "g")).toEqual({ type: "go", to: "/runs" });
  expect(actionFor("z", "g")).toBeNull();
});

test("other keys belong to the page", () => {
  expect(actionFor("?", null)).toEqual({ type: "sheet" });
  expect(actionFor("j", null)).toEqual({ type: "grid" });
  expect(actionFor("3", null)).toEqual({ type: "mark", key: "3" });
  expect(actionFor("/", null)).toEqual({ type: "mark", key: "/" });
  expect(actionFor("Tab", null)).toBeNull();
});
