import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, type Schemas, unwrap } from "./api";
import { keys } from "./keys";

export type BucketQuery = Schemas["BucketQuery"];
export type BucketGroup = Schemas["BucketGroup"];

/** Groups of runs on one grid, reckoned by the server: what is read does not grow with the number of runs. */
export function bucketsQuery(workspace: string, query: BucketQuery) {
  return queryOptions({
    queryKey: [...keys.buckets(workspace), query],
    queryFn: ({ signal }) => unwrap(api.POST("/api/v1/workspaces/{workspace}/metrics/buckets", { params: { path: { workspace } }, body: query, signal })),
    placeholderData: keepPreviousData,
  });
}
