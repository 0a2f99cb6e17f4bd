import { ApiError, api, unwrap } from "./api";
import { cancelRun, deleteRun, restoreRun, type RunPage, type RunQuery, searchRuns } from "./run";

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
  return forEach(runIds, (id) => deleteRun(workspace, id));
}

/** Brings runs back from the bin, with what went there together with them. */
export function restoreRuns(workspace: string, runIds: readonly string[]): Promise<unknown> {
  return forEach(runIds, (id) => restoreRun(workspace, id));
}

/** Removes runs that are in the bin for good. Returns how many runs, those below them included. */
export async function purgeRuns(workspace: string, runIds: readonly string[]): Promise<number> {
  const purged = await forEach(runIds, (run_id) => unwrap(api.POST("/api/v1/workspaces/{workspace}/runs/{run_id}/purge", { params: { path: { workspace, run_id } } })));
  return purged.reduce((sum, each) => sum + each.runs, 0);
}

/** The ids of the runs that a query finds, in its order, at most `most` of them. */
export async function findRunIds(workspace: string, query: RunQuery, most: number, signal?: AbortSignal): Promise<string[]> {
  try {
    return await readRunIds(workspace, query, most, signal);
  } catch (error) {
    if (!(error instanceof ApiError && "cursor" in error.details)) throw error;
    return readRunIds(workspace, query, most, signal); // the server was upgraded between two pages
  }
}

async function readRunIds(workspace: string, query: RunQuery, most: number, signal?: AbortSignal): Promise<string[]> {
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

/** Removes files that no run needs any more. Returns how many bytes that freed. */
export async function collectGarbage(workspace: string): Promise<number> {
  const garbage = await unwrap(api.POST("/api/v1/workspaces/{workspace}/garbage/collect", { params: { path: { workspace } }, body: { dry_run: false } }));
  return garbage.artifact_bytes + garbage.snapshot_bytes;
}
