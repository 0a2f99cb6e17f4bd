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

/** Reads the data of one event of the stream; null when it is not a change that this Studio knows. */
export function parseChange(data: string): Change | null {
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return null;
  }
  if (!isRecord(value) || typeof value.cursor !== "number" || !isTopic(value.topic)) return null;
  return {
    cursor: value.cursor,
    topic: value.topic,
    experiment: textOrNull(value.experiment),
    run_id: textOrNull(value.run_id),
    root_id: textOrNull(value.root_id),
    path: textOrNull(value.path),
  };
}

function isTopic(value: unknown): value is Change["topic"] {
  return typeof value === "string" && TOPICS.includes(value);
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
