import { keyedField } from "../query-text";

/** Columns of the run list that every run has. */
export const PLAIN_COLUMNS = ["status", "experiment", "created", "started", "duration", "tags", "submitter", "target", "script", "children", "number", "description", "error", "id"] as const;
export type PlainColumn = (typeof PLAIN_COLUMNS)[number];

/** Which figure of a metric a column shows; the last three are the steps of the others. */
export const AGGREGATES = ["last", "min", "max", "first", "mean", "count", "last_step", "min_step", "max_step"] as const;
export type Aggregate = (typeof AGGREGATES)[number];

/** What a roll-up makes of the children's figures. */
export const ROLL_UPS = ["mean", "min", "max"] as const;
export type RollUpKind = (typeof ROLL_UPS)[number];

export const BESTS = ["min", "max"] as const;
export type Best = (typeof BESTS)[number];

/** What a column shows. The run's name is always first and is not one of these. */
export type Column =
  | { kind: "plain"; key: PlainColumn }
  | { kind: "metric"; key: string; aggregate: Aggregate }
  | { kind: "rollUp"; key: string; aggregate: Aggregate; over: RollUpKind }
  /** The metric where another one is best. */
  | { kind: "at"; key: string; other: string; best: Best }
  | { kind: "tag" | "property" | "argument"; key: string };

const PREFIXES = { metric: "m", rollUp: "r", tag: "t", property: "x", argument: "p" } as const;

/** The column in the form that the URL carries: `status`, `m:val/acc@max`, `m:loss@at(val/acc:max)`, `r:loss@min/mean`, `t:quality`, `p:lr`, `x:author`. */
export function columnToken(column: Column): string {
  if (column.kind === "plain") return column.key;
  if (column.kind === "at") return `m:${column.key}@at(${column.other}:${column.best})`;
  const suffix = column.kind === "metric" ? `@${column.aggregate}` : column.kind === "rollUp" ? `@${column.aggregate}/${column.over}` : "";
  return `${PREFIXES[column.kind]}:${column.key}${suffix}`;
}

/** Reads what {@link columnToken} wrote; null for what no version of the Studio knows. */
export function parseColumn(token: string): Column | null {
  const plain = PLAIN_COLUMNS.find((key) => key === token);
  if (plain) return { kind: "plain", key: plain };
  const [prefix, key] = [token.slice(0, 2), token.slice(2)];
  if (key === "") return null;
  if (prefix === "t:") return { kind: "tag", key };
  if (prefix === "x:") return { kind: "property", key };
  if (prefix === "p:") return { kind: "argument", key };
  if (prefix !== "m:" && prefix !== "r:") return null;
  return (prefix === "m:" ? atColumn(key) : null) ?? figureColumn(prefix, key);
}

function atColumn(text: string): Column | null {
  const match = /^(.+)@at\((.+):(min|max)\)$/s.exec(text);
  const best = BESTS.find((each) => each === match?.[3]);
  return match?.[1] && match[2] && best ? { kind: "at", key: match[1], other: match[2], best } : null;
}

/** The figure stands after the last `@`, since a metric's name may hold one. */
function figureColumn(prefix: "m:" | "r:", text: string): Column | null {
  const at = text.lastIndexOf("@");
  const [figure, over] = text.slice(at + 1).split("/");
  const aggregate = AGGREGATES.find((name) => name === figure);
  if (at < 1 || aggregate === undefined) return null;
  const key = text.slice(0, at);
  if (prefix === "m:") return over === undefined ? { kind: "metric", key, aggregate } : null;
  const kind = ROLL_UPS.find((name) => name === over);
  return kind === undefined ? null : { kind: "rollUp", key, aggregate, over: kind };
}

/** The field of the query language that a column shows, or null when it shows none. */
export function fieldOf(column: Column): string | null {
  switch (column.kind) {
    case "plain":
      return column.key === "tags" || column.key === "error" ? null : column.key;
    case "at":
      return null;
    case "metric":
      return keyedField("metric", column.key, column.aggregate);
    case "rollUp":
      return `${keyedField("rollup", column.key, column.aggregate)}.${column.over}`;
    case "argument":
      return keyedField("param", column.key);
    case "tag":
    case "property":
      return keyedField(column.kind, column.key);
  }
}
