import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { type BucketGroup, type BucketQuery, bucketsQuery } from "../../../client/bucket";
import { useFeedNews } from "../../../client/change-feed";
import { Coalescer } from "../../../client/coalescer";
import type { Range } from "../../../client/series-window";
import { useWorkspace } from "../../../client/workspace";
import type { PlotLine } from "../../../components/charts/plot-model";
import type { Expression } from "../expression";
import { bandLines } from "./compared-lines";
import type { PanelContext } from "./panel-context";
import { runsByValue } from "./run-groups";

/** Places along x at which groups are reckoned: more than a narrow card has pixels for. */
const BUCKETS = 400;
/** New points move a band at most this often. */
const FRESH_MS = 1000;
const AXES = { step: "step", relative: "relative", wall: "time" } as const;

export interface Bands {
  lines: readonly PlotLine[];
  known: boolean;
  waiting: boolean;
  error: unknown;
  retry: () => void;
}

/** The lines of a chart of groups with the bands around them, from the server; null where lines are put together here: of formulas, and against a metric. */
export function useBands(context: PanelContext, expression: Expression, window: Range | null): Bands | null {
  const workspace = useWorkspace();
  const { group, settings, runs } = context;
  const name = expression.kind === "name" && settings.x !== "metric" && group !== null ? expression.name : null;
  const query = useMemo((): BucketQuery => {
    const groups = name === null || group === null ? {} : Object.fromEntries(runsByValue(runs, group).map(({ value, runs: members }) => [value, members.map(({ run }) => run.id)]));
    const axis = settings.x === "metric" ? "step" : AXES[settings.x];
    return { run_ids: runs.map(({ run }) => run.id), names: [name ?? ""], axis, start: window?.low ?? null, stop: window?.high ?? null, buckets: BUCKETS, groups, series: false };
  }, [name, group, runs, settings.x, window]);
  const isUsed = name !== null && runs.length > 0;
  const options = bucketsQuery(workspace, query);
  const answer = useQuery({ ...options, enabled: isUsed });
  useFresh(isUsed ? query.run_ids : NO_RUNS, options.queryKey);
  const lines = useMemo(() => linesOf(answer.data?.x ?? [], answer.data?.groups ?? [], context), [answer.data, context]);
  if (!isUsed) return null;
  return { lines, known: answer.data !== undefined, waiting: answer.isPlaceholderData, error: answer.error, retry: () => void answer.refetch() };
}

const NO_RUNS: readonly string[] = [];

/** Reads again when one of the runs has logged something. */
function useFresh(runIds: readonly string[], queryKey: readonly unknown[]): void {
  const client = useQueryClient();
  const coalescer = useMemo(() => new Coalescer(), []);
  useEffect(() => () => coalescer.cancelAll(), [coalescer]);
  useFeedNews((news) => {
    if (runIds.length === 0 || (news.type === "changes" && !news.changes.some((change) => change.topic === "metric" && change.run_id && runIds.includes(change.run_id)))) return;
    coalescer.schedule("bands", FRESH_MS, () => void client.invalidateQueries({ queryKey }));
  });
}

function linesOf(x: readonly number[], found: readonly BucketGroup[], context: PanelContext): PlotLine[] {
  const { group } = context;
  if (group === null) return [];
  const byValue = new Map(runsByValue(context.runs, group).map((each) => [each.value, each.runs]));
  // Of another grouping, while this one is on its way, nothing is shown.
  return found.flatMap((each) => {
    const first = byValue.get(each.label)?.[0];
    if (!first) return [];
    const there = x.flatMap((_, index) => (typeof each.mean?.[index] === "number" ? [index] : []));
    const places = Float64Array.from(there, (index) => x[index] ?? Number.NaN);
    const column = (of: (index: number) => number | null | undefined) => ({ x: places, y: Float64Array.from(there, (index) => of(index) ?? Number.NaN) });
    const isRange = context.band === "range";
    const spread = (index: number) => each.std?.[index] ?? 0;
    const band = {
      mean: column((index) => each.mean?.[index]),
      low: column((index) => (isRange ? each.min?.[index] : (each.mean?.[index] ?? Number.NaN) - spread(index))),
      high: column((index) => (isRange ? each.max?.[index] : (each.mean?.[index] ?? Number.NaN) + spread(index))),
    };
    return bandLines(each.label, each.run_count, band, first.run.id, context);
  });
}
