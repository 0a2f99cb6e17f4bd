/** Columns of the run list that every run has. */
export const PLAIN_COLUMNS = ["status", "experiment", "created", "started", "duration", "tags", "submitter", "target", "script", "children", "description", "error", "id"] as const;
export type PlainColumn = (typeof PLAIN_COLUMNS)[number];

export const AGGREGATES = ["last", "min", "max"] as const;
export type Aggregate = (typeof AGGREGATES)[number];

/** What a column shows. The run's name is always first and is not one of these. */
export type Column =
  | { kind: "plain"; key: PlainColumn }
  | { kind: "metric"; key: string; aggregate: Aggregate }
  | { kind: "tag" | "property" | "argument"; key: string };

const PREFIXES = { metric: "m", tag: "t", property: "x", argument: "p" } as const;

/** The column in the form that the URL carries: `status`, `m:val/acc@max`, `t:quality`, `p:lr`, `x:author`. */
export function columnToken(column: Column): string {
  if (column.kind === "plain") return column.key;
  const suffix = column.kind === "metric" ? `@${column.aggregate}` : "";
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
  return prefix === "m:" ? metricColumn(key) : null;
}

/** The aggregate stands after the last `@`, since a metric's name may hold one. */
function metricColumn(text: string): Column | null {
  const at = text.lastIndexOf("@");
  const aggregate = AGGREGATES.find((name) => name === text.slice(at + 1));
  if (at < 1 || aggregate === undefined) return null;
  return { kind: "metric", key: text.slice(0, at), aggregate };
}

/** The field that the server sorts by for a column, or null when it cannot. */
export function sortField(column: Column): string | null {
  if (column.kind !== "plain") return null;
  return SORT_FIELDS[column.key] ?? null;
}

const SORT_FIELDS: Partial<Record<PlainColumn, string>> = {
  status: "status",
  experiment: "experiment",
  created: "created_at",
  started: "started_at",
  duration: "duration",
};
