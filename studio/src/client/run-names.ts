import { api, unwrap } from "./api";

export type NameKind = "tag" | "property" | "param" | "metric";

const NAMES_MAX = 50;

/** Finds what there is to name in a query. What begins with the text comes first. */
export interface FindNames {
  keys: (kind: NameKind, text: string) => Promise<readonly string[]>;
  /** The values that a field has in some run. */
  values: (field: string, text: string) => Promise<readonly string[]>;
}

/** Names among the runs of an experiment, or of the whole workspace. */
export function findNames(workspace: string, experiment: string | null): FindNames {
  const place = { params: { path: { workspace } } };
  const more = { experiment: experiment ?? undefined, limit: NAMES_MAX };
  return {
    keys: async (kind, text) => {
      const query = { ...more, kind, text };
      return (await unwrap(api.GET("/api/v1/workspaces/{workspace}/names", { params: { ...place.params, query } }))).names;
    },
    values: async (field, text) => {
      const query = { ...more, field, text };
      return (await unwrap(api.GET("/api/v1/workspaces/{workspace}/values", { params: { ...place.params, query } }))).names;
    },
  };
}
