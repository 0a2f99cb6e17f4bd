import { expect, test } from "vitest";
import { nested } from "./nested-runs";

test("a child stands under its parent, wherever it came in the list", () => {
  const runs = [
    { id: "c2", parent_id: "p" },
    { id: "x", parent_id: null },
    { id: "p", parent_id: null },
    { id: "g", parent_id: "c2" },
    { id: "o", parent_id: "not here" },
  ];
  expect(nested(runs).map(({ run, depth }) => `${depth}${run.id}`)).toEqual(["0x", "0p", "1c2", "2g", "0o"]);
  expect(nested(runs).map(({ above }) => above?.id)).toEqual([undefined, undefined, "p", "c2", undefined]);
});
