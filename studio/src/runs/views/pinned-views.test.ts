import { expect, test } from "vitest";
import { parsePinned } from "./pinned-views";

test("pinned views are read, and what a stranger wrote there is left out", () => {
  expect(parsePinned('{"default":["v1","v2"],"other":[1],"third":"v3"}')).toEqual({ default: ["v1", "v2"] });
});

test.each(["", "null", "[]", "7", "{"])("%j holds none", (text) => {
  expect(parsePinned(text)).toEqual({});
});
