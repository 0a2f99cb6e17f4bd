import type { MetricSummary } from "../../client/metric";
import type { Run, RunPage } from "../../client/run";
import type { Answer } from "./pages";

export type RollUp = NonNullable<RunPage["roll_ups"]>[string][string];

/** A run with the figures that its columns show. */
export interface RunRow {
  run: Run;
  metrics: readonly MetricSummary[];
  rollUps: Readonly<Record<string, RollUp>>;
}

export function rowsOf(page: RunPage): Answer<RunRow> {
  const { metrics = {}, roll_ups: rollUps = {} } = page;
  return { items: page.runs.map((run) => ({ run, metrics: metrics[run.id] ?? [], rollUps: rollUps[run.id] ?? {} })), total: page.total };
}
