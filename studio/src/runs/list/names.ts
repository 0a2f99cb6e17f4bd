import { argumentsOf, parametersOf } from "../arguments";
import { type CompletionPlace, fixedSuggestions, type KeyKind, type Suggestion } from "./query-completion";
import { keyedField, quotedValue } from "../query-text";
import type { RunRow } from "./run-row";

/** Names that a reader may mean: keys of their own, or values of a field. */
export type NameKind = KeyKind | "experiment" | "submitter" | "target" | "script" | "name";
export type FindNames = (kind: NameKind, prefix: string) => Promise<readonly string[]>;

const SUGGESTIONS_MAX = 30;
const VALUE_KINDS: ReadonlySet<string> = new Set<NameKind>(["experiment", "submitter", "target", "script", "name"]);

/** What could stand at a place of a query. */
export async function suggestionsAt(place: CompletionPlace, find: FindNames): Promise<readonly Suggestion[]> {
  const fixed = fixedSuggestions(place);
  const found = await foundSuggestions(place, find);
  return [...fixed, ...found].slice(0, SUGGESTIONS_MAX);
}

async function foundSuggestions({ of, typed }: CompletionPlace, find: FindNames): Promise<Suggestion[]> {
  if (of.type === "key") {
    const keys = await find(of.kind, typed);
    const suffix = of.kind === "metric" ? "." : " ";
    return keys.map((key) => ({ label: key, insert: of.isPresence ? `${quotedValue(key)} ` : `${keyedField(of.kind, key)}${suffix}` }));
  }
  if (of.type === "value" && isValueKind(of.field)) {
    const values = await find(of.field, typed);
    return values.map((value) => ({ label: value, insert: `${quotedValue(value)} ` }));
  }
  return [];
}

function isValueKind(field: string): field is NameKind {
  return VALUE_KINDS.has(field);
}

/** The names in rows that are in memory: found without asking, but not all there are. */
export function namesInRows(rows: readonly RunRow[], kind: NameKind): string[] {
  const found = new Set<string>();
  for (const { run, metrics } of rows) for (const name of namesOf(run, metrics, kind)) found.add(name);
  return [...found].sort((left, right) => left.localeCompare(right));
}

function namesOf(run: RunRow["run"], metrics: RunRow["metrics"], kind: NameKind): readonly string[] {
  switch (kind) {
    case "tag":
      return Object.keys(run.tags ?? {});
    case "property":
      return Object.keys(run.properties ?? {});
    case "param":
      return Object.keys(parametersOf(argumentsOf(run)));
    case "metric":
      return metrics.map((metric) => metric.name);
    case "experiment":
      return [run.experiment];
    case "submitter":
      return run.submitted_by ? [run.submitted_by] : [];
    case "target":
      return [run.target];
    case "script":
      return run.script_name ? [run.script_name] : [];
    case "name":
      return [run.display_name];
  }
}
