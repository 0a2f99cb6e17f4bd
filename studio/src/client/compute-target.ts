import { queryOptions } from "@tanstack/react-query";
import { api, type Schemas, unwrap } from "./api";
import { keys } from "./keys";

export type ComputeTarget = Schemas["ComputeTargetRecord"];
export type ComputeNode = Schemas["ComputeNodeRecord"];
export type ComputePlace = Schemas["ComputePlaceRecord"];

export function computeTargetsQuery(workspace: string) {
  return queryOptions({
    queryKey: keys.computeTargets(workspace),
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/workspaces/{workspace}/compute-targets", { params: { path: { workspace } }, signal })),
  });
}
