import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "./api";
import { keys } from "./keys";

/** An address longer than this is kept on the server, and a short one stands for it. */
export const ADDRESS_MAX_CHARS = 1800;

/** The address to give to others: the path itself, or a short one that stands for it. */
export async function sharedPath(workspace: string, path: string): Promise<string> {
  if (path.length <= ADDRESS_MAX_CHARS) return path;
  const state = await unwrap(api.POST("/api/v1/workspaces/{workspace}/states", { params: { path: { workspace } }, body: { content: path } }));
  return `/s/${state.hash}?workspace=${encodeURIComponent(workspace)}`;
}

/** What a short address stands for. It never changes. */
export function stateQuery(workspace: string, name: string) {
  return queryOptions({
    queryKey: [...keys.workspace(workspace), "state", name],
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/workspaces/{workspace}/states/{name}", { params: { path: { workspace, name } }, signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** True for a path of the Studio: what was kept may have been written by anybody, and must not lead elsewhere. */
export function isOwnPath(path: string): boolean {
  return /^\/(?![/\\])/.test(path) && !/[\u0000-\u001f]/.test(path);
}
