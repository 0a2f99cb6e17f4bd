import { expect, test } from "vitest";
import type { MetricSummary } from "../../client/metric";
import type { Run } from "../../client/run";
import { defaultPanels } from "./default-panels";
import type { ComparedRun } from "./run-value";

const LOSS = { name: "loss", family: "series", type: "number", count: 9, last: 0.5, min: 0.1, max: 1 } as unknown as MetricSummary;

function run(tags: Record<string, string | null>): ComparedRun {
  return { run: { tags } as unknown as Run, metrics: new Map() };
}

function axes(runs: readonly ComparedRun[]): readonly string[] {
  return defaultPanels([LOSS], runs).find((panel) => panel.kind === "parallel")?.fields ?? [];
}

test("what tells the runs apart is set against the results, and nothing else is", () => {
  const runs = [run({ lr: "0.1", team: "vision", baseline: null }), run({ lr: "0.01", team: "vision", note: "only here" }), run({ lr: "0.1", team: "vision" })];
  expect(axes(runs)).toEqual(["t:lr", "m:loss@last"]);
});

test("runs that were set alike get no such chart", () => {
  expect(axes([run({ team: "vision" }), run({ team: "vision" }), run({})])).toEqual([]);
});
