import { useEffect, useMemo } from "react";
import { useFeedNews } from "../../client/change-feed";
import { fetchSeries } from "../../client/series-frame";
import { type FetchSeries, SeriesStore } from "../../client/series-store";
import type { SeriesSource } from "./useSeriesData";

/** The series of a page, kept up to date by the change feed. `maxPoints` are those of a whole line. */
export function useSeriesSource(workspace: string, maxPoints: number): SeriesSource {
  const source = useMemo(() => {
    const fetch: FetchSeries = (request, signal) => fetchSeries(workspace, request, signal);
    return { fetch, store: new SeriesStore(fetch, maxPoints) };
  }, [workspace, maxPoints]);
  useFeedNews((news) => source.store.receive(news));
  useEffect(() => () => source.store.close(), [source]);
  return source;
}
