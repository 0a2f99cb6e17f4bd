import { queryOptions } from "@tanstack/react-query";
import { api, type Schemas, unwrap } from "./api";
import { keys } from "./keys";

export type Run = Schemas["RunRecord"];
export type RunStatus = Schemas["RunStatus"];
export type RunError = NonNullable<Run["error"]>;
export type RunEvent = Schemas["RunEventRecord"];
export type RunPage = Schemas["RunPage"];
export type RunQuery = Partial<Schemas["RunQuery"]>;

export const RUN_STATUSES: readonly RunStatus[] = [
  "NotStarted",
  "Queued",
  "Provisioning",
  "Preparing",
  "Starting",
  "Running",
  "Finalizing",
  "Paused",
  "NotResponding",
  "CancelRequested",
  "Completed",
  "Failed",
  "Canceled",
];

const ENDED: ReadonlySet<RunStatus> = new Set<RunStatus>(["Completed", "Failed", "Canceled"]);

/** True when nothing of the run runs any more. */
export function hasEnded(run: Pick<Run, "status">): boolean {
  return ENDED.has(run.status);
}

/** True when asking for its end makes sense: it lives, and nobody has asked yet. */
export function isCancellable(run: Pick<Run, "status">): boolean {
  return !hasEnded(run) && run.status !== "CancelRequested";
}

/** Seconds that the run took, or has taken until `now`; null before it started. */
export function durationOf(run: Pick<Run, "status" | "started_at" | "ended_at">, now: number): number | null {
  if (!run.started_at) return null;
  const end = run.ended_at ? Date.parse(run.ended_at) : now;
  return Math.max(0, (end - Date.parse(run.started_at)) / 1000);
}

/** One page of runs. The defaults of the server hold for what is left out. */
export function searchRuns(workspace: string, query: RunQuery, signal?: AbortSignal): Promise<RunPage> {
  const body = { include_children: false, keep_ancestors: false, view: "ActiveOnly" as const, order_by: "-created_at", offset: 0, limit: 100, ...query };
  return unwrap(api.POST("/api/v1/workspaces/{workspace}/runs/search", { params: { path: { workspace } }, body, signal }));
}

export function runsQuery(workspace: string, query: RunQuery) {
  return queryOptions({
    queryKey: [...keys.runs(workspace), query],
    queryFn: ({ signal }) => searchRuns(workspace, query, signal),
  });
}

export function runQuery(workspace: string, runId: string) {
  return queryOptions({
    queryKey: keys.run(workspace, runId),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/workspaces/{workspace}/runs/{run_id}", { params: { path: { workspace, run_id: runId } }, signal })),
  });
}

export function runEventsQuery(workspace: string, runId: string) {
  return queryOptions({
    queryKey: keys.runEvents(workspace, runId),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/workspaces/{workspace}/runs/{run_id}/events", { params: { path: { workspace, run_id: runId } }, signal })),
  });
}

export interface RunChange {
  description?: string;
  display_name?: string;
  set_tags?: Record<string, string | null>;
  remove_tags?: string[];
}

/** Changes what is given and leaves the rest. */
export function updateRun(workspace: string, runId: string, change: RunChange): Promise<Run> {
  return unwrap(
    api.PATCH("/api/v1/workspaces/{workspace}/runs/{run_id}", { params: { path: { workspace, run_id: runId } }, body: change }),
  );
}

/** Asks for the run and all its descendants to be stopped. */
export function cancelRun(workspace: string, runId: string, reason: string): Promise<Run> {
  return unwrap(
    api.POST("/api/v1/workspaces/{workspace}/runs/{run_id}/cancel", { params: { path: { workspace, run_id: runId } }, body: { reason } }),
  );
}

/** How many runs one request may change. */
const RUNS_PER_REQUEST = 1000;
/** Requests that go out at once where the server takes one run a request. */
const REQUESTS_AT_ONCE = 6;

export interface RunsChange {
  set_tags?: Record<string, string | null>;
  remove_tags?: string[];
  archived?: boolean;
}

/** Changes tags of many runs, archives or reactivates them. Each thousand of them is changed as a whole, or not at all. */
export async function updateRuns(workspace: string, runIds: readonly string[], change: RunsChange): Promise<void> {
  for (let start = 0; start < runIds.length; start += RUNS_PER_REQUEST) {
    const body = { ...change, run_ids: runIds.slice(start, start + RUNS_PER_REQUEST) };
    await unwrap(api.POST("/api/v1/workspaces/{workspace}/runs/update", { params: { path: { workspace } }, body }));
  }
}

export function cancelRuns(workspace: string, runIds: readonly string[], reason: string): Promise<unknown> {
  return forEach(runIds, (id) => cancelRun(workspace, id, reason));
}

/** Puts ended runs, each with all below it, into the bin. */
export function deleteRuns(workspace: string, runIds: readonly string[]): Promise<unknown> {
  return forEach(runIds, (run_id) => unwrap(api.DELETE("/api/v1/workspaces/{workspace}/runs/{run_id}", { params: { path: { workspace, run_id } } })));
}

/** Brings runs back from the bin, with what went there together with them. */
export function restoreRuns(workspace: string, runIds: readonly string[]): Promise<unknown> {
  return forEach(runIds, (run_id) => unwrap(api.POST("/api/v1/workspaces/{workspace}/runs/{run_id}/restore", { params: { path: { workspace, run_id } } })));
}

/** Removes runs that are in the bin for good. Returns how many runs, those below them included. */
export async function purgeRuns(workspace: string, runIds: readonly string[]): Promise<number> {
  const purged = await forEach(runIds, (run_id) => unwrap(api.POST("/api/v1/workspaces/{workspace}/runs/{run_id}/purge", { params: { path: { workspace, run_id } } })));
  return purged.reduce((sum, each) => sum + each.runs, 0);
}

/** The ids of the runs that a query finds, in its order, at most `most` of them. */
export async function findRunIds(workspace: string, query: RunQuery, most: number, signal?: AbortSignal): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const page: RunPage = await searchRuns(workspace, { ...query, metrics: [], roll_ups: [], offset: 0, cursor, limit: Math.min(RUNS_PER_REQUEST, most - ids.length) }, signal);
    ids.push(...page.runs.map((run) => run.id));
    cursor = page.next_cursor ?? null;
  } while (cursor !== null && ids.length < most);
  return ids;
}

/** Acts on each, a few at a time; the first failure ends it. */
async function forEach<T>(runIds: readonly string[], act: (runId: string) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let start = 0; start < runIds.length; start += REQUESTS_AT_ONCE) {
    results.push(...(await Promise.all(runIds.slice(start, start + REQUESTS_AT_ONCE).map(act))));
  }
  return results;
}
