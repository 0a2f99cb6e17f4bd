import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, type Schemas, unwrap } from "./api";
import { keys } from "./keys";

export type Experiment = Schemas["ExperimentRecord"];
export type ExperimentView = Schemas["ExperimentView"];

const PAGE_SIZE = 100;

/** The experiments of a workspace, the one with the newest run first, page by page. */
export function experimentsQuery(workspace: string, view: ExperimentView, text: string) {
  return infiniteQueryOptions({
    queryKey: [...keys.experiments(workspace), view, text],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/api/v1/workspaces/{workspace}/experiments", {
          params: { path: { workspace }, query: { view, text: text || undefined, cursor: pageParam, limit: PAGE_SIZE } },
          signal,
        }),
      ),
    initialPageParam: initialCursor(),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

export function experimentQuery(workspace: string, name: string) {
  return queryOptions({
    queryKey: [...keys.experiments(workspace), "one", name],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/workspaces/{workspace}/experiments/{name}", { params: { path: { workspace, name } }, signal })),
  });
}

/** Archives or reactivates an experiment, or changes its description. */
export function updateExperiment(workspace: string, name: string, change: { archived?: boolean; description?: string; default_view_id?: string }): Promise<Experiment> {
  return unwrap(
    api.PATCH("/api/v1/workspaces/{workspace}/experiments/{name}", { params: { path: { workspace, name } }, body: change }),
  );
}

function initialCursor(): string | undefined {
  return undefined;
}
