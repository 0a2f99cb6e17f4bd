import { useEffect, useMemo, useSyncExternalStore } from "react";
import { useFeedNews } from "../../client/change-feed";
import { Coalescer } from "../../client/coalescer";
import { type RunQuery, searchRuns } from "../../client/run";
import { RunPages } from "./run-pages";

/** The list is read again at most twice a second, however fast runs change. */
const REFRESH_INTERVAL_MS = 500;

/** The rows of `query`, kept up to date by the change feed. */
export function useRunPages(workspace: string, query: RunQuery): RunPages {
  const question = JSON.stringify(query);
  const pages = useMemo(() => {
    const asked: RunQuery = JSON.parse(question);
    const newestFirst = asked.order_by === "-created_at";
    return new RunPages((offset, limit, signal) => searchRuns(workspace, { ...asked, offset, limit }, signal), newestFirst);
  }, [workspace, question]);
  useSyncExternalStore(pages.subscribe, pages.getVersion);

  const coalescer = useMemo(() => new Coalescer(), []);
  const withMetrics = (query.metrics?.length ?? 0) > 0;
  useFeedNews((news) => {
    const concerns = news.type === "reset" || news.changes.some((change) => change.topic === "run" || (withMetrics && change.topic === "metric"));
    if (concerns) coalescer.schedule("refresh", REFRESH_INTERVAL_MS, () => pages.refresh());
  });
  useEffect(
    () => () => {
      coalescer.cancelAll();
      pages.close();
    },
    [pages, coalescer],
  );
  return pages;
}
