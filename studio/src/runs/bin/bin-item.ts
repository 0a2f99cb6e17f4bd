import type { Experiment } from "../../client/experiment";
import type { Run } from "../../client/run";

/** Something in the bin that is brought back, or removed, as a whole. */
export type BinItem = { kind: "run"; run: Run } | { kind: "experiment"; experiment: Experiment };

/** What was put into the bin by itself, the newest first. What went there below another run, or with its experiment, comes and goes with that. */
export function binItems(experiments: readonly Experiment[], runs: readonly Run[]): BinItem[] {
  const ids = new Set(runs.map((run) => run.id));
  const wentTogether = new Set(experiments.map((experiment) => withMoment(experiment.name, experiment.deleted_at)));
  const tops = runs.filter((run) => !(run.parent_id && ids.has(run.parent_id)) && !wentTogether.has(withMoment(run.experiment, run.deleted_at)));
  const items: BinItem[] = [...experiments.map((experiment) => ({ kind: "experiment" as const, experiment })), ...tops.map((run) => ({ kind: "run" as const, run }))];
  return items.sort((left, right) => (deletedAt(right) ?? "").localeCompare(deletedAt(left) ?? ""));
}

export function deletedAt(item: BinItem): string | null {
  return (item.kind === "run" ? item.run.deleted_at : item.experiment.deleted_at) ?? null;
}

export function deletedBy(item: BinItem): string | null {
  return (item.kind === "run" ? item.run.deleted_by : item.experiment.deleted_by) ?? null;
}

export function nameOf(item: BinItem): string {
  return item.kind === "run" ? item.run.display_name : item.experiment.name;
}

function withMoment(name: string, at: string | null | undefined): string {
  return `${name} ${at ?? ""}`;
}
