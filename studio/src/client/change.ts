import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "./api";

/** The newest change of a workspace: what is read from now on is at least as new. */
async function presentCursor(workspace: string, signal?: AbortSignal): Promise<number> {
  const page = await unwrap(api.GET("/api/v1/workspaces/{workspace}/changes", { params: { path: { workspace } }, signal }));
  return page.cursor;
}

/** How the keys of these queries begin. */
export const CURSOR = "cursor";

/** {@link presentCursor}, asked once for as long as the workspace is shown. */
export function cursorQuery(workspace: string) {
  return queryOptions({
    queryKey: [CURSOR, workspace],
    queryFn: ({ signal }) => presentCursor(workspace, signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
}
