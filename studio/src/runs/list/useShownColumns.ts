import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { runMetricsQuery } from "../../client/metric";
import { type RunQuery, runsQuery } from "../../client/run";
import type { Column } from "./column";
import { defaultColumns } from "./default-columns";

/** The chosen columns; or else the usual ones, with the first metrics of the newest run. */
export function useShownColumns(workspace: string, chosen: Column[] | null, within: RunQuery): readonly Column[] {
  const newest = useQuery({ ...runsQuery(workspace, { ...within, limit: 1 }), enabled: chosen === null });
  const id = chosen === null ? (newest.data?.runs[0]?.id ?? null) : null;
  const metrics = useQuery({ ...runMetricsQuery(workspace, id ?? ""), enabled: id !== null });
  const hideExperiment = Boolean(within.experiment || within.parent_id || within.ancestor_id);
  return useMemo(() => chosen ?? defaultColumns(metrics.data?.metrics ?? [], hideExperiment), [chosen, metrics.data, hideExperiment]);
}
