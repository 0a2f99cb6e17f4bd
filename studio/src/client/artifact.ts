import { queryOptions } from "@tanstack/react-query";
import { api, fetchBytes, type Schemas, unwrap } from "./api";
import { keys } from "./keys";

export type Artifact = Schemas["ArtifactRecord"];

export function artifactsQuery(workspace: string, runId: string) {
  return queryOptions({
    queryKey: keys.runArtifacts(workspace, runId),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/workspaces/{workspace}/runs/{run_id}/artifacts", { params: { path: { workspace, run_id: runId } }, signal })),
  });
}

export function artifactUrl(workspace: string, runId: string, path: string): string {
  return `${runUrl(workspace, runId)}/artifacts/${encodePath(path)}`;
}

/** A page for a frame, where the server puts it into a sandbox of its own. */
export function inlineUrl(url: string, revision: string): string {
  return `${url}?framed=true&v=${encodeURIComponent(revision)}`;
}

export function artifactZipUrl(workspace: string, runId: string, prefix = ""): string {
  return `${runUrl(workspace, runId)}/artifact-zip${prefix ? `?prefix=${encodeURIComponent(prefix)}` : ""}`;
}

export function runUrl(workspace: string, runId: string): string {
  return `/api/v1/workspaces/${encodeURIComponent(workspace)}/runs/${encodeURIComponent(runId)}`;
}

export function encodePath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}

/** A part of a file. `size` is the whole file's, as it was when the part was read. */
export interface ByteRange {
  start: number;
  bytes: Uint8Array;
  size: number;
}

/**
 * Reads the bytes from `start` up to `end` (exclusive, to the end of the file when left out).
 *
 * A start at or past the end of the file gives no bytes and the size, so that a log that has not grown is no error.
 */
export async function readRange(url: string, start: number, end?: number, signal?: AbortSignal): Promise<ByteRange> {
  const headers = { Range: `bytes=${start}-${end === undefined ? "" : end - 1}` };
  const response = await fetchBytes(url, { headers, signal: signal ?? null, cache: "no-store" });
  const total = Number(/\/(\d+)$/.exec(response.headers.get("Content-Range") ?? "")?.[1] ?? Number.NaN);
  if (response.status === 416) return { start, bytes: new Uint8Array(), size: Number.isNaN(total) ? start : total };
  const bytes = new Uint8Array(await response.arrayBuffer());
  // A server (or a proxy) that ignores Range answers 200 with the whole file.
  if (response.status === 200) return { start: Math.min(start, bytes.length), bytes: bytes.subarray(start, end), size: bytes.length };
  return { start, bytes, size: Number.isNaN(total) ? start + bytes.length : total };
}
