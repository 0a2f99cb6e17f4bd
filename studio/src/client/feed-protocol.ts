import { isRecord, type Schemas } from "./api";

export type Change = Schemas["ChangeRecord"];

/** How fresh the page is. `resting`: the tab was hidden and has let go; `lost`: trying to reach the server again. */
export type FeedState = "connecting" | "live" | "lost" | "resting";

/** What the owner of the stream tells every tab. `reset`: changes were missed, read again what is on the screen. */
export type FeedMessage =
  | { type: "state"; state: FeedState }
  | { type: "changes"; changes: Change[] }
  | { type: "reset"; cursor: number };

/** What a tab tells the owner of the stream. `since` is the newest change that the tab has seen. */
export type TabMessage = { type: "join"; workspace: string; since: number } | { type: "leave" };

const TOPICS: readonly string[] = ["experiment", "run", "metric", "artifact", "view", "environment"] satisfies Change["topic"][];

/** Reads the data of one event of the stream, the ids of runs by topic. What this Studio does not know is left out. */
export function parseChanges(cursor: number, data: string): Change[] {
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return [];
  }
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([topic, ids]) => {
    if (!isTopic(topic) || !Array.isArray(ids)) return [];
    const runIds = ids.filter((id): id is string => typeof id === "string");
    return runIds.length > 0 ? runIds.map((run_id) => ({ cursor, topic, run_id })) : [{ cursor, topic }];
  });
}

function isTopic(value: string): value is Change["topic"] {
  return TOPICS.includes(value);
}
