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

export const ACTIVITY_DAYS = 30;

/** Runs a day of experiments, by their id, of the last {@link ACTIVITY_DAYS} days. */
export function activityQuery(workspace: string, experimentIds: readonly string[]) {
  return queryOptions({
    queryKey: [...keys.experiments(workspace), "activity", experimentIds],
    queryFn: ({ signal }) =>
      unwrap(api.POST("/api/v1/workspaces/{workspace}/experiments/activity", { params: { path: { workspace } }, body: { experiment_ids: [...experimentIds], days: ACTIVITY_DAYS }, signal })),
    enabled: experimentIds.length > 0,
    placeholderData: (before) => before,
  });
}

/** Puts an experiment and its runs, which must have ended, into the bin. */
export function deleteExperiment(workspace: string, name: string): Promise<Experiment> {
  return unwrap(api.DELETE("/api/v1/workspaces/{workspace}/experiments/{name}", { params: { path: { workspace, name } } }));
}

/** Brings back the experiment of that name that was deleted last, with the runs that went with it. */
export function restoreExperiment(workspace: string, name: string): Promise<Experiment> {
  return unwrap(api.POST("/api/v1/workspaces/{workspace}/experiments/{name}/restore", { params: { path: { workspace, name } } }));
}

/** Removes an experiment that is in the bin for good. Returns how many runs went with it. */
export async function purgeExperiment(workspace: string, name: string): Promise<number> {
  const purged = await unwrap(api.POST("/api/v1/workspaces/{workspace}/experiments/{name}/purge", { params: { path: { workspace, name } } }));
  return purged.runs;
}

function initialCursor(): string | undefined {
  return undefined;
}
