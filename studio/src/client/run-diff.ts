import { queryOptions } from "@tanstack/react-query";
import { api, type Schemas, unwrap } from "./api";
import { keys } from "./keys";

export type RunDiff = Schemas["RunDiff"];
export type DiffEntry = Schemas["DiffRow"];
export type FileChange = Schemas["FileDiff"];

/** How two runs differ: what they were given, their environments, code and machines. */
export function runDiffQuery(workspace: string, runId: string, otherId: string) {
  return queryOptions({
    queryKey: [...keys.run(workspace, runId), "diff", otherId],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/workspaces/{workspace}/runs/{run_id}/diff/{other_id}", { params: { path: { workspace, run_id: runId, other_id: otherId } }, signal })),
    enabled: runId !== "" && otherId !== "" && runId !== otherId,
  });
}
