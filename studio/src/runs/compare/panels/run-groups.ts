import { type ComparedRun, type RunField, valueOf } from "../run-value";

/** Runs with the same value of a field. */
export interface RunsOfValue {
  value: string;
  runs: readonly ComparedRun[];
}

/** The runs by their values of a field, in the order of these. */
export function runsByValue(runs: readonly ComparedRun[], field: RunField): RunsOfValue[] {
  const groups = new Map<string, ComparedRun[]>();
  for (const run of runs) {
    const value = String(valueOf(run, field) ?? "–");
    const members = groups.get(value);
    if (members) members.push(run);
    else groups.set(value, [run]);
  }
  return [...groups].sort(([left], [right]) => left.localeCompare(right, undefined, { numeric: true })).map(([value, members]) => ({ value, runs: members }));
}
