import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { api, type Schemas, unwrap } from "./api";
import { keys } from "./keys";

export type Session = Schemas["SessionBody"];

/** Who is signed in, and the workspaces they may see. Fails with status 401 when nobody is. */
export function sessionQuery() {
  return queryOptions({
    queryKey: keys.session,
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/session", { signal })),
    staleTime: Number.POSITIVE_INFINITY,
    // Who signs in does so in another tab: the answer may be there when this one is looked at again.
    refetchOnWindowFocus: (query) => (query.state.status === "error" ? "always" : false),
  });
}

/** Asks anew who is signed in after an answer said that nobody is; nothing while that is being asked or known already. */
export function recheckSession(client: QueryClient): void {
  const state = client.getQueryState(keys.session);
  if (state?.status === "success" && state.fetchStatus === "idle") void client.invalidateQueries({ queryKey: keys.session });
}
