import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { useFeedNews } from "../../client/change-feed";
import { Coalescer } from "../../client/coalescer";
import { firstMetricsQuery } from "../../client/metric";
import { type RunQuery, runsQuery } from "../../client/run";
import { type Column, columnToken } from "./column";
import { columnMetrics, defaultColumns, moreColumnsAfterMs } from "./default-columns";
import { joinList } from "../../components/url-list";
import { rememberedMetrics, rememberMetrics } from "./remembered-metrics";

/**
 * The chosen columns; or else the usual ones, with the first metrics of the newest run, and until these are known with those that the list had
 * when it was shown last. They are read once a run: which they are does not change with their values. Only while there may be more of them are they read again, seldom.
 */
export function useShownColumns(workspace: string, chosen: Column[] | null, within: RunQuery): readonly Column[] {
  const client = useQueryClient();
  const coalescer = useMemo(() => new Coalescer(), []);
  const newest = useQuery({ ...runsQuery(workspace, { ...within, limit: 1 }), enabled: chosen === null });
  const id = chosen === null ? (newest.data?.runs[0]?.id ?? null) : null;
  const asked = firstMetricsQuery(workspace, id ?? "");
  const metrics = useQuery({ ...asked, enabled: id !== null });
  useFeedNews((news) => {
    const wait = moreColumnsAfterMs(metrics.data?.metrics ?? []);
    if (id === null || wait === null || news.type === "reset") return;
    if (!news.changes.some((change) => change.topic === "metric" && change.run_id === id)) return;
    coalescer.schedule(id, wait, () => void client.invalidateQueries({ queryKey: asked.queryKey }));
  });
  useEffect(() => () => coalescer.cancelAll(), [coalescer]);
  const hideExperiment = Boolean(within.experiment || within.parent_id || within.ancestor_id);
  const scope = JSON.stringify(within);
  const names = useMemo(() => {
    if (metrics.data) return columnMetrics(metrics.data.metrics);
    return chosen === null ? rememberedMetrics(workspace, JSON.parse(scope)) : [];
  }, [workspace, scope, chosen, metrics.data]);
  useEffect(() => {
    if (metrics.data) rememberMetrics(workspace, JSON.parse(scope), names);
  }, [workspace, scope, metrics.data, names]);
  const kept = useSameColumns(chosen);
  return useMemo(() => kept ?? defaultColumns(names, hideExperiment), [kept, names, hideExperiment]);
}

/** The same columns for as long as they say the same: each address brings new ones, and for others every cell of the list would be made anew. */
function useSameColumns(chosen: Column[] | null): Column[] | null {
  const tokens = chosen === null ? null : joinList(chosen.map(columnToken));
  return useMemo(() => chosen, [tokens]); // eslint-disable-line react-hooks/exhaustive-deps
}
