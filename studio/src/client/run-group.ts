import type { RunQuery } from "./run";

/** A figure of a metric over the runs of a group. */
export interface GroupFigure {
  count: number;
  mean: number | null;
  std: number | null;
  min: number | null;
  max: number | null;
}

/** Runs that are alike in the fields they are grouped by. */
export interface RunGroup {
  /** One a field, in their order; null where the runs have no such value. */
  values: (string | null)[];
  count: number;
  /** By field of the query language, such as `metric.loss.min`. */
  figures: Readonly<Record<string, GroupFigure>>;
}

export async function searchGroups(_workspace: string, _query: RunQuery, _fields: readonly string[], _offset: number, _limit: number, _signal?: AbortSignal): Promise<{ groups: RunGroup[]; total: number }> {
  throw new Error("not there yet");
}
