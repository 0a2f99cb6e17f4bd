import { expect, test } from "vitest";
import type { ListedRun } from "../../client/run";
import type { Column } from "./column";
import { askedFields, rowsOf, valueOf } from "./run-row";

const LOSS: Column = { kind: "metric", key: "loss", aggregate: "min" };
const TEAM: Column = { kind: "tag", key: "team" };
const AT: Column = { kind: "at", key: "loss", other: "acc", best: "max" };
const run = { id: "r1", values: [0.5, ""] } as unknown as ListedRun;

test("only columns with a key are asked for, each once", () => {
  expect(askedFields([{ kind: "plain", key: "status" }, LOSS, TEAM, LOSS, AT])).toEqual(["metric.loss.min", "tag.team"]);
});

test("a row has the values of its columns, whatever is shown later", () => {
  const [row] = rowsOf([run], askedFields([LOSS, TEAM]), new Map([["m:loss@at(acc:max)", new Map([["r1", 0.7]])]]));
  if (!row) throw new Error("no row");
  expect(valueOf(row, LOSS)).toBe(0.5);
  expect(valueOf(row, TEAM)).toBe("");
  expect(valueOf(row, AT)).toBe(0.7);
  expect(valueOf(row, { kind: "tag", key: "other" })).toBeNull();
});
