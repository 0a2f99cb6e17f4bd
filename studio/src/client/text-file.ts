import { api, type Schemas, unwrap } from "./api";

export type LinePage = Schemas["LinePage"];
export type LineHit = Schemas["LineHit"];
export type LineHitPage = Schemas["LineHitPage"];

/** What to look for in a file. */
export interface LineQuery {
  text: string;
  regex: boolean;
  matchCase: boolean;
}

/** A text file of a run, read by its lines. Lines are counted from 1. */
export interface TextSource {
  /** Reads `count` lines from `start` on; a negative start counts from the end. */
  read: (start: number, count: number, signal: AbortSignal) => Promise<LinePage>;
  /** Finds lines from `start` on, part by part. */
  find: (query: LineQuery, start: number, limit: number, signal: AbortSignal) => Promise<LineHitPage>;
}

export function artifactText(workspace: string, runId: string, path: string): TextSource {
  const place = { workspace, run_id: runId, path };
  return {
    read: (start, count, signal) =>
      unwrap(api.GET("/api/v1/workspaces/{workspace}/runs/{run_id}/artifact-lines/{path}", { params: { path: place, query: { start, count } }, signal })),
    find: ({ text, regex, matchCase }, start, limit, signal) =>
      unwrap(
        api.GET("/api/v1/workspaces/{workspace}/runs/{run_id}/artifact-search/{path}", {
          params: { path: place, query: { text, regex, match_case: matchCase, start, limit } },
          signal,
        }),
      ),
  };
}
