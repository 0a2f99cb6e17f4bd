import { queryOptions } from "@tanstack/react-query";
import { api, type Schemas, unwrap } from "./api";
import { keys } from "./keys";

export type Session = Schemas["SessionBody"];

/** Who is signed in, and the workspaces they may see. Fails with status 401 when nobody is. */
export function sessionQuery() {
  return queryOptions({
    queryKey: keys.session,
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/session", { signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });
}
