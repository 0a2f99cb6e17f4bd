import { RUN_STATUSES } from "../../client/run";

/** The plain fields that a query may name, those people ask for most first. The server's test of its fields names this list. */
export const QUERY_FIELDS = [
  "status", "name", "experiment", "created", "duration", "submitter", "target", "description", "script", "started", "ended",
  "children", "id", "number", "parent", "depth", "type", "reason",
] as const; // prettier-ignore

/** Kinds of fields that a key of the user's own follows. */
export const KEYED = ["tag", "param", "metric", "property"] as const;
export type KeyKind = (typeof KEYED)[number];

export const FIGURES = ["last", "min", "max", "mean", "first", "count", "last_step", "min_step", "max_step"] as const;
const PRESENCE = ["children", "description", "parent", "snapshot", "reason"] as const;
const ALIASES: Readonly<Record<string, string>> = { exp: "experiment", by: "submitter", compute: "target", desc: "description", tags: "tag", params: "param", arg: "param", prop: "property", properties: "property", metrics: "metric" };

/** What could stand where the cursor is. `start` and `end` are the text that a suggestion replaces. */
export interface CompletionPlace {
  start: number;
  end: number;
  typed: string;
  of: { type: "field" } | { type: "key"; kind: KeyKind; isPresence: boolean } | { type: "figure"; before: string } | { type: "value"; field: string };
}

/** A suggestion: what is shown, and what goes into the text. */
export interface Suggestion {
  label: string;
  insert: string;
}

const TOKEN = /"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|`(?:[^`]|``)*`?|==|!=|<>|<=|>=|!~|[=<>~:(),]|[^\s"'`=!<>~:(),]+/g;

interface Token {
  text: string;
  start: number;
  end: number;
}

/** Finds out what the cursor at `caret` is in. */
export function completionPlace(query: string, caret: number): CompletionPlace {
  const before = [...query.slice(0, caret).matchAll(TOKEN)].map((match): Token => ({ text: match[0], start: match.index, end: match.index + match[0].length }));
  const last = before.at(-1);
  const isTyping = last !== undefined && last.end === caret && !/^[=<>~!:(),]+$/.test(last.text);
  const typed = isTyping ? last.text : "";
  const start = isTyping ? last.start : caret;
  const earlier = isTyping ? before.slice(0, -1) : before;
  const field = fieldBefore(earlier);
  const end = caret;
  if (field !== null) {
    const kind = KEYED.find((each) => each === field);
    if (kind) return { start, end, typed: unquoted(typed), of: { type: "key", kind, isPresence: true } };
    return { start, end, typed: unquoted(typed), of: { type: "value", field } };
  }
  return withinName(earlier, typed, start, end);
}

/** Inside a name: `met`, `metric.lo`, `metric.loss.m`. */
function withinName(earlier: readonly Token[], typed: string, start: number, end: number): CompletionPlace {
  const [head, ...rest] = typed.split(".");
  const kind = rest.length > 0 ? KEYED.find((each) => each === canonical(head ?? "")) : undefined;
  if (kind !== undefined) return { start, end, typed: rest.join("."), of: { type: "key", kind, isPresence: false } };
  const quotedKey = earlier.at(-1);
  if (typed.startsWith(".") && quotedKey && quotedKey.end === start) return { start: start + 1, end, typed: typed.slice(1), of: { type: "figure", before: quotedKey.text } };
  return { start, end, typed, of: { type: "field" } };
}

/** The field whose value comes next, when the text before the cursor ends with `field =`, `field:a,` or `field in ("a",`. */
function fieldBefore(tokens: readonly Token[]): string | null {
  let at = tokens.length - 1;
  if (tokens[at]?.text === ",") while (at > 0 && !/^([:=<>~]|==|!=|<>|<=|>=|!~|\()$/.test(tokens[at]?.text ?? "")) at -= 1;
  const sign = tokens[at]?.text ?? "";
  if (sign === "(") return tokens[at - 1]?.text.toLowerCase() === "in" ? canonical(tokens[at - 2]?.text ?? "") : null;
  if (!/^([:=<>]|==|!=|<>|<=|>=)$/.test(sign)) return null;
  const name = canonical(tokens[at - 1]?.text ?? "");
  return name === "" ? null : name;
}

function canonical(name: string): string {
  const lower = name.toLowerCase();
  return ALIASES[lower] ?? (name.includes(".") ? name : lower);
}

function unquoted(text: string): string {
  return /^["'`]/.test(text) ? text.slice(1).replace(/["'`]$/, "") : text;
}

/** The suggestions that need no server: names of fields, statuses, figures, what `has:` asks for. */
export function fixedSuggestions(place: CompletionPlace): Suggestion[] {
  const typed = place.typed.toLowerCase();
  const starting = (texts: readonly string[]) => texts.filter((text) => text.toLowerCase().startsWith(typed));
  switch (place.of.type) {
    case "field": {
      const keyed = starting(KEYED).map((kind) => ({ label: `${kind}.…`, insert: `${kind}.` }));
      const words = typed === "" ? [] : starting(["and", "or", "not"]).map((word) => ({ label: word, insert: `${word} ` }));
      return [...starting(QUERY_FIELDS).map((name) => ({ label: name, insert: `${name}:` })), ...keyed, ...starting(["has"]).map(() => ({ label: "has:…", insert: "has:" })), ...words];
    }
    case "figure":
      return starting(FIGURES).map((figure) => ({ label: figure, insert: figure }));
    case "value":
      if (place.of.field === "status") return starting(RUN_STATUSES).map((status) => ({ label: status, insert: `${status.toLowerCase()} ` }));
      if (place.of.field === "has") return starting(PRESENCE).map((name) => ({ label: name, insert: `${name} ` }));
      if (["created", "started", "ended"].includes(place.of.field)) return starting(["-1h", "-24h", "-7d", "today", "yesterday"]).map((text) => ({ label: text, insert: `${text} ` }));
      return [];
    case "key":
      return [];
  }
}
