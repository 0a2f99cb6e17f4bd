import { expect, test } from "vitest";
import type { Experiment } from "../../client/experiment";
import type { Run } from "../../client/run";
import { binItems, nameOf } from "./bin-item";

const run = (id: string, deleted_at: string, more: Partial<Run> = {}) => ({ id, display_name: id, experiment: "mnist", deleted_at, ...more }) as Run;
const experiment = (name: string, deleted_at: string) => ({ id: name, name, deleted_at }) as Experiment;

test("what went into the bin below another, or with its experiment, is no item of its own", () => {
  const runs = [run("top", "2026-01-02"), run("kid", "2026-01-02", { parent_id: "top" }), run("with it", "2026-01-03", { experiment: "old" }), run("before it", "2026-01-01", { experiment: "old" })];
  expect(binItems([experiment("old", "2026-01-03")], runs).map(nameOf)).toEqual(["old", "top", "before it"]);
});
