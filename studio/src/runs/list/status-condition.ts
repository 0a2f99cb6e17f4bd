import { RUN_STATUSES, type RunStatus } from "../../client/run";
import { conditionsOf, withCondition, withoutCondition } from "../query-text";

/** The statuses that a condition such as `status:failed,running` names; null for any other condition. */
export function statusesOf(condition: string): RunStatus[] | null {
  const match = /^status\s*[:=]\s*([\w\s,]+)$/i.exec(condition);
  if (!match) return null;
  const named = (match[1] ?? "").split(",").map((text) => text.trim().toLowerCase());
  const found = named.map((name) => RUN_STATUSES.find((status) => status.toLowerCase() === name));
  return found.every((status) => status !== undefined) ? found : null;
}

/** The statuses that a query asks for in its first condition on them. */
export function askedStatuses(query: string): RunStatus[] {
  for (const condition of conditionsOf(query)) {
    const statuses = statusesOf(condition);
    if (statuses) return statuses;
  }
  return [];
}

/** The query asking for these statuses, in the place of those it asked for before. */
export function withStatuses(query: string, statuses: readonly RunStatus[]): string {
  const condition = statuses.length === 0 ? "" : `status:${statuses.map((status) => status.toLowerCase()).join(",")}`;
  const index = conditionsOf(query).findIndex((each) => statusesOf(each) !== null);
  if (index >= 0) return withoutCondition(query, index, condition);
  return condition === "" ? query : withCondition(query, condition);
}
