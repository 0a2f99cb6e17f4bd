import { useCallback, useEffect, useMemo, useReducer, useRef } from "react";
import type { SeriesPoints } from "../../client/series-frame";
import type { FetchSeries, SeriesStore } from "../../client/series-store";
import { type Range, SeriesWindow } from "../../client/series-window";
import { againstMetric, type LineData, lineOf, withWindow, type XKind } from "./line-data";

export interface SeriesSource {
  store: SeriesStore;
  fetch: FetchSeries;
}

interface SeriesRun {
  id: string;
  /** Seconds since 1970 at which its relative time begins. */
  origin: number;
}

interface SeriesWish {
  runs: readonly SeriesRun[];
  names: readonly string[];
  x: XKind;
  /** The metric along x, when `x` is `metric`. */
  xMetric?: string | undefined;
  window: Range | null;
  /** Points wanted of each series of a window. */
  windowPoints: number;
}

export interface SeriesData {
  /** Grows with every answer: what was derived from the lines before is then old. */
  version: number;
  /** The line of a series with the finer points of the window in it; null when the run has none, undefined until that is known. */
  line: (runId: string, name: string) => LineData | null | undefined;
  /** All points of a series as they were first read, without a window. */
  points: (runId: string, name: string) => SeriesPoints | null | undefined;
  /** Why something could not be read, also of the window. */
  error: unknown;
  /** True while finer points of the window are on their way. */
  waiting: boolean;
  retry: () => void;
}

/**
 * The series of `names` in `runs`: read when first wanted, grown as more is logged, refined in the part that is zoomed into.
 *
 * @param onGrown draws lines that have grown without the component, `words` about them too. False: it cannot, and the component is to be drawn.
 */
export function useSeriesData({ store, fetch }: SeriesSource, wish: SeriesWish, onGrown: (words: boolean) => boolean): SeriesData {
  const [, draw] = useReducer((count: number) => count + 1, 0);
  // Counted apart from the draws: a component that is drawn for another reason shows what has grown since.
  const version = useRef(0);
  const changed = useCallback(() => {
    version.current += 1;
    draw();
  }, []);
  const grown = useRef(onGrown);
  grown.current = onGrown;
  const runIds = wish.runs.map((run) => run.id);
  const names = wish.xMetric === undefined ? wish.names : [...wish.names, wish.xMetric];
  const [runsKey, namesKey] = [runIds.join("\n"), JSON.stringify(names)];
  const wanted = useRef({ runIds, names });
  wanted.current = { runIds, names };

  useEffect(() => {
    const asked = wanted.current;
    const releases = asked.names.map((name) => store.hold(asked.runIds, name));
    const unsubscribe = store.subscribe((told, shown) => {
      if (!asked.names.some((name) => told.has(name))) return;
      version.current += 1;
      if (shown === "all" || !grown.current(shown === "words")) draw();
    });
    changed(); // It may be known already.
    return () => {
      unsubscribe();
      for (const release of releases) release();
    };
  }, [store, runsKey, namesKey]);

  const { refined, waiting } = useWindow(fetch, wish, changed);

  return useMemo(() => {
    const origins = new Map(wish.runs.map((run) => [run.id, run.origin]));
    const line = (runId: string, name: string) => {
      const points = store.points(runId, name);
      if (!points) return points;
      if (wish.x === "metric") {
        const along = store.points(runId, wish.xMetric ?? "");
        return along ? againstMetric(points, along) : along === null ? null : undefined;
      }
      const from = origins.get(runId) ?? 0;
      const coarse = lineOf(points, wish.x, from);
      const fine = refined.points(runId, name);
      return fine && refined.range && wish.window ? withWindow(coarse, lineOf(fine, wish.x, from), refined.range) : coarse;
    };
    const failed = names.map((name) => store.errorOf(runIds, name)).find((error) => error !== null) ?? null;
    const retry = () => {
      for (const name of names) store.retry(runIds, name);
      if (refined.error !== null) refined.retry();
    };
    return { version: version.current, line, points: (runId, name) => store.points(runId, name), error: failed ?? refined.error, waiting, retry };
    // What is listed decides; the rest is made of it.
  }, [version.current, store, refined, runsKey, namesKey, wish.x, wish.xMetric, wish.window, waiting]);
}

/** The window of a chart: asked for when it changes, and again when the data under it has not been read yet. */
function useWindow(fetch: FetchSeries, wish: SeriesWish, changed: () => void) {
  const refined = useMemo(() => new SeriesWindow(fetch, changed), [fetch, changed]);
  useEffect(() => () => refined.close(), [refined]);
  const { window, x } = wish;
  const key = JSON.stringify([wish.runs.map((run) => run.id), wish.names, x, window, wish.windowPoints]);
  const latest = useRef(wish);
  latest.current = wish;
  useEffect(() => {
    const asked = latest.current;
    if (asked.window === null || asked.x === "metric" || asked.runs.length === 0) {
      refined.show(null);
      return;
    }
    const runIds = asked.runs.map((run) => run.id);
    const origins = asked.x === "relative" ? { origins: Object.fromEntries(asked.runs.map((run) => [run.id, run.origin])) } : {};
    refined.show({ runIds, names: asked.names, axis: asked.x === "step" ? "step" : "time", range: asked.window, maxPoints: asked.windowPoints, ...origins });
  }, [refined, key]);
  const { range } = refined;
  const waiting = window !== null && x !== "metric" && refined.error === null && !(range?.low === window.low && range.high === window.high);
  return { refined, waiting };
}
