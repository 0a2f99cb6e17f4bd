import type { Run } from "../client/run";

/** The runs in their order, each followed by those below it. A run whose parent is not among them stands at the edge. */
export function nested<Item extends Pick<Run, "id" | "parent_id">>(runs: readonly Item[]): { run: Item; depth: number }[] {
  const ids = new Set(runs.map((run) => run.id));
  const below = new Map<string | null, Item[]>();
  for (const run of runs) {
    const parent = run.parent_id && ids.has(run.parent_id) ? run.parent_id : null;
    below.set(parent, [...(below.get(parent) ?? []), run]);
  }
  const walk = (parent: string | null, depth: number): { run: Item; depth: number }[] => (below.get(parent) ?? []).flatMap((run) => [{ run, depth }, ...walk(run.id, depth + 1)]);
  return walk(null, 0);
}
