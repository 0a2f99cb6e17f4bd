import { queryOptions } from "@tanstack/react-query";
import { api, type Schemas, unwrap } from "./api";
import { keys } from "./keys";

export type Environment = Schemas["EnvironmentRecord"];

/** The newest version of each environment, by name. */
export function environmentsQuery(workspace: string) {
  return queryOptions({
    queryKey: keys.environments(workspace),
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/workspaces/{workspace}/environments", { params: { path: { workspace } }, signal })),
  });
}

/** All versions of an environment, newest first. */
export function environmentVersionsQuery(workspace: string, name: string) {
  return queryOptions({
    queryKey: [...keys.environments(workspace), name],
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/workspaces/{workspace}/environments/{name}/versions", { params: { path: { workspace, name } }, signal })),
  });
}
