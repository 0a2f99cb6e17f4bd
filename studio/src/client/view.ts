import { queryOptions } from "@tanstack/react-query";
import { api, type Schemas, unwrap } from "./api";
import { keys } from "./keys";

export type SavedView = Schemas["ViewRecord"];
export type ViewSharing = Schemas["ViewSharing"];
export const VIEW_SHARINGS: readonly ViewSharing[] = ["private", "view", "edit"];

/** What a view shows, apart from its name and who may see it. */
export type ViewContent = Required<Pick<Schemas["UpdateViewRequest"], "filter" | "columns" | "order_by" | "run_ids" | "charts" | "layout">>;

export function viewsQuery(workspace: string) {
  return queryOptions({
    queryKey: [...keys.views(workspace), "all"],
    queryFn: async ({ signal }) => (await unwrap(api.GET("/api/v1/workspaces/{workspace}/views", { params: { path: { workspace } }, signal }))).views,
  });
}

export function viewQuery(workspace: string, viewId: string) {
  return queryOptions({
    queryKey: [...keys.views(workspace), "one", viewId],
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/workspaces/{workspace}/views/{view_id}", { params: { path: { workspace, view_id: viewId } }, signal })),
    staleTime: 0,
  });
}

export function createView(workspace: string, name: string, sharing: ViewSharing, content: ViewContent): Promise<SavedView> {
  const body = { ...content, name, sharing, filter: content.filter ?? "", order_by: content.order_by ?? "-created", columns: content.columns ?? [], run_ids: content.run_ids ?? [], charts: content.charts ?? [], layout: content.layout ?? {} };
  return unwrap(api.POST("/api/v1/workspaces/{workspace}/views", { params: { path: { workspace } }, body }));
}

/** Changes a view as it was read. A change of somebody else's meanwhile is an {@link ApiError} with status 409. */
export function updateView(workspace: string, view: Pick<SavedView, "id" | "version">, change: Schemas["UpdateViewRequest"]): Promise<SavedView> {
  const params = { path: { workspace, view_id: view.id }, header: { "if-match": `"${view.version}"` } };
  return unwrap(api.PATCH("/api/v1/workspaces/{workspace}/views/{view_id}", { params, body: change }));
}

export async function deleteView(workspace: string, view: Pick<SavedView, "id" | "version">): Promise<void> {
  const params = { path: { workspace, view_id: view.id }, header: { "if-match": `"${view.version}"` } };
  const { error, response } = await api.DELETE("/api/v1/workspaces/{workspace}/views/{view_id}", { params });
  if (!response.ok) await unwrap(Promise.resolve({ error, response }));
}
