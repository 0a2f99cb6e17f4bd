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

/** When the run began, in seconds since 1970: where its relative time counts from. */
export function startOf(run: Pick<Run, "created_at" | "started_at">): number {
  return Date.parse(run.started_at ?? run.created_at) / 1000;
}

/** One page of runs. The defaults of the server hold for what is left out. */
export function searchRuns(workspace: string, query: RunQuery, signal?: AbortSignal): Promise<RunPage> {
  return unwrap(api.POST("/api/v1/workspaces/{workspace}/runs/search", { params: { path: { workspace } }, body: wholeQuery(query), signal }));
}

/** What a list shows of a run. */
export type ListedRun = Schemas["RunRow"];

/** One page of a list: runs with the values of `columns`, which are fields of the query language that have a key. */
export function searchRunRows(workspace: string, query: RunQuery, columns: readonly string[], signal?: AbortSignal): Promise<Schemas["RunRowPage"]> {
  const body = { query: wholeQuery(query), columns: [...columns] };
  return unwrap(api.POST("/api/v1/workspaces/{workspace}/runs/rows", { params: { path: { workspace } }, body, signal }));
}

/** A query with the defaults of the server written out. */
export function wholeQuery(query: RunQuery): Schemas["RunQuery"] {
  return { include_children: false, keep_ancestors: false, view: "ActiveOnly" as const, order_by: "-created_at", offset: 0, limit: 100, ...query };
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
  /** Such as `#3506bd`; empty for the run's own. */
  colour?: string;
  description?: string;
  display_name?: string;
  set_tags?: Record<string, string | null>;
  remove_tags?: string[];
  archived?: boolean;
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

/** Puts an ended run and its descendants into the bin. */
export function deleteRun(workspace: string, runId: string): Promise<Run> {
  return unwrap(api.DELETE("/api/v1/workspaces/{workspace}/runs/{run_id}", { params: { path: { workspace, run_id: runId } } }));
}

/** Brings a run back from the bin, with the descendants that went there with it. */
export function restoreRun(workspace: string, runId: string): Promise<Run> {
  return unwrap(api.POST("/api/v1/workspaces/{workspace}/runs/{run_id}/restore", { params: { path: { workspace, run_id: runId } } }));
}

/** A chain of parents longer than this is cut at its outer end. */
const ANCESTORS_MAX = 8;

/** The runs above a run, outermost first. */
export function ancestorsQuery(workspace: string, run: Pick<Run, "id" | "parent_id">) {
  return queryOptions({
    queryKey: [...keys.run(workspace, run.id), "ancestors"],
    queryFn: async ({ signal, client }) => {
      const found: Run[] = [];
      let parentId = run.parent_id ?? null;
      while (parentId !== null && found.length < ANCESTORS_MAX) {
        const path = { workspace, run_id: parentId };
        const query = runQuery(workspace, parentId);
        const parent = client.getQueryData(query.queryKey) ?? (await unwrap(api.GET("/api/v1/workspaces/{workspace}/runs/{run_id}", { params: { path }, signal })));
        found.unshift(parent);
        parentId = parent.parent_id ?? null;
      }
      return found;
    },
    enabled: Boolean(run.parent_id),
  });
}

/** The run before and the run after this one: in its experiment, or among the children of its parent. */
export function neighboursQuery(workspace: string, run: Pick<Run, "id" | "experiment" | "number" | "parent_id">) {
  const beside = (sign: "<" | ">"): RunQuery => ({
    ...(run.parent_id ? { parent_id: run.parent_id } : { experiment: run.experiment }),
    filter: `number ${sign} ${run.number}`,
    order_by: sign === "<" ? "-number" : "number",
    limit: 1,
  });
  return queryOptions({
    queryKey: [...keys.runs(workspace), "neighbours", run.id],
    queryFn: async ({ signal }) => {
      const [before, after] = await Promise.all([searchRuns(workspace, beside("<"), signal), searchRuns(workspace, beside(">"), signal)]);
      return { previous: before.runs[0] ?? null, next: after.runs[0] ?? null };
    },
  });
}
