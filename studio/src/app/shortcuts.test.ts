import { expect, test } from "vitest";
import { actionFor, Prefix } from "./shortcuts";

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

test("g waits for its second key as long as a person takes, however late the page gets to it", () => {
  const prefix = new Prefix();
  expect(prefix.take("g", 10_000)).toBeNull();
  expect(prefix.take("e", 11_200)).toBe("g");
  expect(prefix.take("e", 11_300)).toBeNull();
  expect(prefix.take("g", 20_000)).toBeNull();
  expect(prefix.take("e", 21_201)).toBeNull();
  expect([prefix.take("g", 30_000), prefix.take("g", 30_100), prefix.take("r", 30_200)]).toEqual([null, "g", null]);
});
