import type { Run } from "../client/run";

/** `above`: the run that it stands below; null at the edge. */
export interface NestedRun<Item> {
  run: Item;
  depth: number;
  above: Item | null;
}

/** The runs in their order, each followed by those below it. A run whose parent is not among them stands at the edge. */
export function nested<Item extends Pick<Run, "id" | "parent_id">>(runs: readonly Item[]): NestedRun<Item>[] {
  const ids = new Set(runs.map((run) => run.id));
  const below = new Map<string | null, Item[]>();
  for (const run of runs) {
    const parent = run.parent_id && ids.has(run.parent_id) ? run.parent_id : null;
    below.set(parent, [...(below.get(parent) ?? []), run]);
  }
  const walk = (above: Item | null, depth: number): NestedRun<Item>[] => (below.get(above?.id ?? null) ?? []).flatMap((run) => [{ run, depth, above }, ...walk(run, depth + 1)]);
  return walk(null, 0);
}
