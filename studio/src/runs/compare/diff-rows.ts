import { nameFilter } from "../../components/name-filter";
import { type ComparedRun, FACTS, type Figure, keysOf, type RunField, type RunValue, valueOf } from "./run-value";

export interface DiffCell {
  value: RunValue;
  /** By what share of the baseline a number is more than that; null where there is nothing to compare with. */
  delta: number | null;
  differs: boolean;
}

export interface DiffRow {
  section: "facts" | "arguments" | "metrics" | "tags" | "properties";
  name: string;
  field: RunField;
  /** One a run, in their order. */
  cells: DiffCell[];
}

/** What is asked of runs, a row each: all of it, or what is not the same in all of them. */
export function diffRows(runs: readonly ComparedRun[], metrics: readonly string[], figure: Figure, baseline: string, all: boolean, find: string): DiffRow[] {
  const keys = keysOf(runs);
  const fields: [DiffRow["section"], RunField][] = [
    ...keys.arguments.map((key): [DiffRow["section"], RunField] => ["arguments", { kind: "argument", key }]),
    ...metrics.map((key): [DiffRow["section"], RunField] => ["metrics", { kind: "metric", key, figure }]),
    ...keys.tags.map((key): [DiffRow["section"], RunField] => ["tags", { kind: "tag", key }]),
    ...FACTS.map((key): [DiffRow["section"], RunField] => ["facts", { kind: "fact", key }]),
    ...keys.properties.map((key): [DiffRow["section"], RunField] => ["properties", { kind: "property", key }]),
  ];
  const matches = nameFilter(find);
  const base = Math.max(0, runs.findIndex((each) => each.run.id === baseline));
  return fields.flatMap(([section, field]) => {
    if (!matches(field.key)) return [];
    const values = runs.map((run) => valueOf(run, field));
    const compared = values[base] ?? null;
    const cells = values.map((value) => ({ value, delta: deltaOf(value, compared), differs: !same(value, compared) }));
    return all || cells.some((cell) => cell.differs) ? [{ section, name: field.key, field, cells }] : [];
  });
}

/** NaN is the same as NaN: nothing has changed. */
function same(left: RunValue, right: RunValue): boolean {
  return Object.is(left, right) || left === right;
}

function deltaOf(value: RunValue, base: RunValue): number | null {
  if (typeof value !== "number" || typeof base !== "number" || base === 0 || same(value, base)) return null;
  const delta = (value - base) / Math.abs(base);
  return Number.isFinite(delta) ? delta : null;
}
