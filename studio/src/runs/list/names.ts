import type { FindNames } from "../../client/run-names";
import { keyedField, quotedValue } from "../query-text";
import { type CompletionPlace, fixedSuggestions, type Suggestion } from "./query-completion";

const SUGGESTIONS_MAX = 30;
/** Fields whose values are worth choosing from. */
const NAMED_FIELDS = /^(experiment|submitter|target|script|type|(tag|param|property)\..+)$/;

/** What could stand at a place of a query. */
export async function suggestionsAt(place: CompletionPlace, find: FindNames): Promise<readonly Suggestion[]> {
  const fixed = fixedSuggestions(place);
  const found = await foundSuggestions(place, find);
  return [...fixed, ...found].slice(0, SUGGESTIONS_MAX);
}

async function foundSuggestions({ of, typed }: CompletionPlace, find: FindNames): Promise<Suggestion[]> {
  if (of.type === "key") {
    const keys = await find.keys(of.kind, typed);
    const suffix = of.kind === "metric" ? "." : " ";
    return keys.map((key) => ({ label: key, insert: of.isPresence ? `${quotedValue(key)} ` : `${keyedField(of.kind, key)}${suffix}` }));
  }
  if (of.type === "value" && NAMED_FIELDS.test(of.field)) {
    const values = await find.values(of.field, typed);
    return values.map((value) => ({ label: value, insert: `${quotedValue(value)} ` }));
  }
  return [];
}
