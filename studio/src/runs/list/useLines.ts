import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { useFeedNews } from "../../client/change-feed";
import { Coalescer } from "../../client/coalescer";
import { type RunQuery, searchRunRows } from "../../client/run";
import { type GroupQuestion, searchGroups } from "../../client/run-group";
import { type Column, fieldOf } from "./column";
import { type GridItem, keyOf } from "./grid-item";
import { LineList } from "./line-list";
import { Pages, type ReadPage } from "./pages";
import { withCondition } from "../query-text";
import { askedFields, isAtColumn, readAtColumns, rowsOf } from "./run-row";
import { DEFAULT_SORT, queryOf, type RunView } from "./run-view";

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

interface Asked {
  lines: GridLines;
  name: string;
}

/** Lines that are being read before the page that shows them is there. */
let early: { asked: string; lines: GridLines } | null = null;

/** Begins to read the lines of a view, for {@link useLines} to find. */
export function readEarly(workspace: string, view: RunView, columns: readonly Column[], within: RunQuery): void {
  const question = questionOf(view, columns, within);
  early = { asked: earlyKey(workspace, JSON.stringify(question)), lines: linesOf(workspace, question) };
  early.lines.show(0, FIRST_ROWS);
}

/** The lines that {@link readEarly} has begun with, once; null when they are of another question. */
function takeEarly(workspace: string, question: string): GridLines | null {
  const taken = early;
  early = null;
  if (taken?.asked === earlyKey(workspace, question)) return taken.lines;
  taken?.lines.close();
  return null;
}

function earlyKey(workspace: string, question: string): string {
  return `${workspace} ${question}`;
}

/**
 * The lines of a view, kept up to date by the change feed. Until a changed question is answered, and when it cannot be, those of the last one
 * stay.
 */
export function useLines(workspace: string, view: RunView, columns: readonly Column[], within: RunQuery): ShownLines {
  const question = JSON.stringify(questionOf(view, columns, within));
  const name = JSON.stringify([within, view.query, view.sort, view.group, view.children]);
  const asked = useMemo((): Asked => {
    const read: Question = JSON.parse(question);
    return { lines: takeEarly(workspace, question) ?? linesOf(workspace, read), name };
  }, [workspace, question, name]);
  const [shown, setShown] = useState(asked);
  useSyncExternalStore(asked.lines.subscribe, asked.lines.getOutline);
  useSyncExternalStore(shown.lines.subscribe, shown.lines.getOutline);
  const current = asked.lines.total !== null || shown.lines.total === null ? asked : shown;
  useEffect(() => {
    if (current === shown) return;
    if (current.name === shown.name) current.lines.reopen(shown.lines.openKeys());
    setShown(current);
  }, [current, shown]);

  const window = useRef({ first: 0, last: FIRST_ROWS });
  useEffect(() => {
    const { first, last } = shown.name === asked.name ? shown.lines.window : window.current;
    asked.lines.show(first, last);
    // Only the new question starts reading; `shown` merely says where the reader is.
  }, [asked]); // eslint-disable-line react-hooks/exhaustive-deps
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
    const { query, columns: asking } = questionOf(view, columns, within);
    if (mayMove(view) || runIds.size > RENEWED_MOST) current.lines.refresh();
    else void current.lines.renew(runIds, (ids) => readThese(workspace, query, asking, ids)).catch(() => current.lines.refresh());
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
  return { lines: current.lines, name: current.name, isOld: current !== asked, error: asked.lines.pages.error, retry: () => asked.lines.pages.retry() };
}

interface Asking {
  fields: string[];
  at: Extract<Column, { kind: "at" }>[];
}

interface Question extends GroupQuestion {
  /** What the rows bring. */
  columns: Asking;
}

function questionOf(view: RunView, columns: readonly Column[], within: RunQuery): Question {
  const figures = columns.flatMap((column) => (column.kind === "metric" || column.kind === "rollUp" ? (fieldOf(column) ?? []) : []));
  return { query: queryOf(view, within), by: view.group, figures: view.group.length > 0 ? figures : [], columns: { fields: askedFields(columns), at: columns.filter(isAtColumn) } };
}

function linesOf(workspace: string, question: Question): GridLines {
  const { query, by, columns } = question;
  const runs = (asked: RunQuery, newestFirst = asked.order_by === DEFAULT_SORT) => new Pages(readRuns(workspace, asked, columns), newestFirst);
  const isTree = !query.include_children;
  const top = by.length > 0 ? new Pages(readGroups(workspace, question), false) : runs({ ...query, keep_ancestors: isTree && Boolean(query.filter) });
  const below = (item: GridItem): Pages<GridItem> => {
    if (item.kind === "run") return new Pages(readChildren(workspace, query, columns, item.row.run.id), false);
    const filter = query.filter ? withCondition(query.filter, `(${item.group.filter})`) : item.group.filter;
    return runs({ ...query, filter }, false);
  };
  return new LineList(top, { keyOf, below });
}

function readRuns(workspace: string, query: RunQuery, columns: Asking): ReadPage<GridItem> {
  return async (offset, limit, signal) => {
    const { rows, total } = await searchRunRows(workspace, { ...query, offset, limit }, columns.fields, signal);
    const others = await readAtColumns(workspace, rows, columns.at, signal);
    return { items: rowsOf(rows, columns.fields, others).map((row) => ({ kind: "run", row })), total };
  };
}

/** The rows of these runs, wherever they stand. */
async function readThese(workspace: string, query: RunQuery, columns: Asking, runIds: readonly string[]): Promise<GridItem[]> {
  const filter = `id in (${runIds.map((id) => JSON.stringify(id)).join(", ")})`;
  const asked: RunQuery = { view: query.view, include_children: true, filter };
  const { items } = await readRuns(workspace, asked, columns)(0, runIds.length, new AbortController().signal);
  return items;
}

/** True when new figures of a run may change its place in the list, or whether it is there at all. */
function mayMove(view: RunView): boolean {
  const isOfFigures = /\b(metrics?|rollup|duration|heartbeat)\b/i;
  return view.group.length > 0 || isOfFigures.test(view.sort) || isOfFigures.test(view.query);
}

/** The children that the filter is about; all of them when it is about their parent alone. */
function readChildren(workspace: string, query: RunQuery, columns: Asking, parent: string): ReadPage<GridItem> {
  const { experiment: _, ancestor_id: __, ...asked } = query;
  const all: RunQuery = { ...asked, parent_id: parent, filter: null };
  let read = query.filter ? readRuns(workspace, { ...asked, parent_id: parent, keep_ancestors: true }, columns) : readRuns(workspace, all, columns);
  return async (offset, limit, signal) => {
    const answer = await read(offset, limit, signal);
    if (answer.total > 0 || !query.filter) return answer;
    read = readRuns(workspace, all, columns);
    return read(offset, limit, signal);
  };
}

function readGroups(workspace: string, question: GroupQuestion): ReadPage<GridItem> {
  return async (offset, limit, signal) => {
    const page = await searchGroups(workspace, question, offset, limit, signal);
    return { items: page.groups.map((group) => ({ kind: "group", group })), total: page.total_groups };
  };
}
