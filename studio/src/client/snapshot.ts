import { queryOptions } from "@tanstack/react-query";
import { api, type Schemas, unwrap } from "./api";
import { encodePath, runUrl } from "./artifact";
import { keys } from "./keys";

export type Snapshot = Schemas["SnapshotBody"];

export function snapshotQuery(workspace: string, runId: string) {
  return queryOptions({
    queryKey: keys.runSnapshot(workspace, runId),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/workspaces/{workspace}/runs/{run_id}/snapshot", { params: { path: { workspace, run_id: runId } }, signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function snapshotFileUrl(workspace: string, runId: string, path: string): string {
  return `${runUrl(workspace, runId)}/snapshot/files/${encodePath(path)}`;
}

export function snapshotZipUrl(workspace: string, runId: string): string {
  return `${runUrl(workspace, runId)}/snapshot/zip`;
}
