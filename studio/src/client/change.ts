import { api, unwrap } from "./api";

/** The newest change of a workspace: what is read from now on is at least as new. */
export async function presentCursor(workspace: string, signal?: AbortSignal): Promise<number> {
  const page = await unwrap(api.GET("/api/v1/workspaces/{workspace}/changes", { params: { path: { workspace } }, signal }));
  return page.cursor;
}
