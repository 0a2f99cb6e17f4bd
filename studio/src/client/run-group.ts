import { api, type Schemas, unwrap } from "./api";
import { type RunQuery, wholeQuery } from "./run";

/** Runs with the same values of the fields they are grouped by, and the figures of their metrics. */
export type RunGroup = Schemas["RunGroup"];

export interface GroupQuestion {
  query: RunQuery;
  /** One to three fields of the query language. */
  by: readonly string[];
  /** Figures of metrics, such as `metric.loss.min`. */
  figures: readonly string[];
}

/** One page of groups: in the order of the query when that is one of the figures or fields, else the largest first. */
export function searchGroups(workspace: string, { query, by, figures }: GroupQuestion, offset: number, limit: number, signal?: AbortSignal): Promise<Schemas["RunGroupPage"]> {
  const body = { query: wholeQuery(query), by: [...by], figures: [...figures], order_by: groupOrder(query.order_by ?? "", by, figures), members: 0, offset, limit };
  return unwrap(api.POST("/api/v1/workspaces/{workspace}/runs/groups", { params: { path: { workspace } }, body, signal }));
}

function groupOrder(order: string, by: readonly string[], figures: readonly string[]): string {
  const sign = order.startsWith("-") ? "-" : "";
  const field = order.slice(sign.length);
  if (figures.includes(field)) return order;
  return by.includes(field) ? `${sign}key` : "-count";
}

/** How many of a query's runs have each value of a field. */
export async function countValues(workspace: string, query: RunQuery, field: string, signal?: AbortSignal): Promise<Record<string, number>> {
  const body = { query: wholeQuery(query), fields: [field], limit: 50 };
  const page = await unwrap(api.POST("/api/v1/workspaces/{workspace}/runs/facets", { params: { path: { workspace } }, body, signal }));
  return Object.fromEntries((page.facets[field] ?? []).map(({ value, count }) => [value ?? "", count]));
}
