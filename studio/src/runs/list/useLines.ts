import { useEffect, useLayoutEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { useFeedNews } from "../../client/change-feed";
import { Coalescer } from "../../client/coalescer";
import type { RunQuery } from "../../client/run";
import type { Column } from "./column";
import type { GridItem } from "./grid-item";
import type { LineList } from "./line-list";
import { broughtBy, type ListQuestion, questionOf, RunLines } from "./run-lines";
import type { RunView } from "./run-view";

/** The list is read again at most twice a second, however fast runs change. */
const REFRESH_INTERVAL_MS = 500;
/** Figures of running runs change all the time: a list that shows some follows them more slowly than what runs do. */
const FIGURES_INTERVAL_MS = 2000;
/** So many runs that have logged are read one by one; more of them are read as the pages that they are on. */
const RENEWED_MOST = 50;
/** Rows that are asked for before the size of the window is known. */
const FIRST_ROWS = 40;

export type GridLines = LineList<GridItem>;

/** The lines on the screen, and how they stand to what the view asks for. */
export interface ShownLines {
  lines: GridLines;
  /** Names what is listed, whatever its columns: a list of another name begins at its top. */
  name: string;
  /** True while these are the lines of an earlier question, since the answer to the present one is not there yet. */
  isOld: boolean;
  /** Why the present question has no answer. */
  error: unknown;
  retry: () => void;
}

/** Lines that are being read before the page that shows them is there. */
let early: { name: string; lines: RunLines } | null = null;

/** Begins to read the lines of a view, for {@link useLines} to find. */
export function readEarly(workspace: string, view: RunView, columns: readonly Column[], within: RunQuery): void {
  const question = questionOf(view, within);
  early = { name: nameOf(workspace, question), lines: new RunLines(workspace, question) };
  early.lines.bring(broughtBy(columns));
  early.lines.show(0, FIRST_ROWS);
}

/** Begins to read the lines of the `next` view of a list, where they are others than those of the present one. */
export function readAhead(workspace: string, view: RunView, next: RunView, columns: readonly Column[], within: RunQuery): void {
  if (nameOf(workspace, questionOf(view, within)) === nameOf(workspace, questionOf(next, within))) return;
  early?.lines.close();
  readEarly(workspace, next, next.columns ?? columns, within);
}

/** The lines that {@link readEarly} has begun with, once; null when they are of another list. */
function takeEarly(name: string): RunLines | null {
  const taken = early;
  early = null;
  if (taken?.name === name) return taken.lines;
  taken?.lines.close();
  return null;
}

function nameOf(workspace: string, question: ListQuestion): string {
  return JSON.stringify([workspace, question]);
}

/**
 * The lines of a view, kept up to date by the change feed. Until a changed question is answered, and when it cannot be, those of the last one
 * stay. Other columns change no line: what rows say is read again in the place where they are.
 */
export function useLines(workspace: string, view: RunView, columns: readonly Column[], within: RunQuery): ShownLines {
  const name = nameOf(workspace, questionOf(view, within));
  const asked = useMemo(() => {
    const [, question]: [string, ListQuestion] = JSON.parse(name);
    return { lines: takeEarly(name) ?? new RunLines(workspace, question), name };
  }, [workspace, name]);
  const [shown, setShown] = useState(asked);
  useSyncExternalStore(asked.lines.subscribe, asked.lines.getOutline);
  useSyncExternalStore(shown.lines.subscribe, shown.lines.getOutline);
  const current = asked.lines.total !== null || shown.lines.total === null ? asked : shown;
  useEffect(() => setShown(current), [current]);

  // Before what is drawn meanwhile is painted: the server is at work a frame earlier.
  useLayoutEffect(() => asked.lines.bring(broughtBy(columns)), [asked, columns]);
  useLayoutEffect(() => asked.lines.show(0, FIRST_ROWS), [asked]);
  useEffect(() => () => current.lines.close(), [current]);

  const coalescer = useMemo(() => new Coalescer(), []);
  const withMetrics = columns.some((column) => column.kind === "metric" || column.kind === "rollUp" || column.kind === "at") || view.group.length > 0;
  const latestRenew = useRef<() => void>(() => undefined);
  useEffect(() => {
    latestRenew.current = renew;
  });
  const logging = useRef(new Set<string>());
  const renew = () => {
    const runIds = logging.current;
    logging.current = new Set();
    if (mayMove(view) || runIds.size > RENEWED_MOST) current.lines.refresh();
    else void current.lines.renewRuns(runIds).catch(() => current.lines.refresh());
  };
  useFeedNews((news) => {
    const concerns = (topic: "run" | "metric") => news.type === "reset" || news.changes.some((change) => change.topic === topic);
    if (concerns("run")) coalescer.schedule("refresh", REFRESH_INTERVAL_MS, () => current.lines.refresh());
    else if (withMetrics && concerns("metric")) {
      if (news.type === "changes") for (const { topic, run_id } of news.changes) if (topic === "metric" && run_id) logging.current.add(run_id);
      coalescer.schedule("figures", FIGURES_INTERVAL_MS, () => latestRenew.current());
    }
  });
  useEffect(() => () => coalescer.cancelAll(), [coalescer]);
  const { error } = asked.lines.pages;
  return { lines: current.lines, name: current.name, isOld: current !== asked || (error !== null && asked.lines.isBehind), error, retry: () => asked.lines.pages.retry() };
}

/** True when new figures of a run may change its place in the list, or whether it is there at all. */
function mayMove(view: RunView): boolean {
  const isOfFigures = /\b(metrics?|rollup|duration|heartbeat)\b/i;
  return view.group.length > 0 || isOfFigures.test(view.sort) || isOfFigures.test(view.query);
}
