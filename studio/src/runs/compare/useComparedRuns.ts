import { keepPreviousData, useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { useFeedNews } from "../../client/change-feed";
import { Coalescer } from "../../client/coalescer";
import { keys } from "../../client/keys";
import { type MetricSummary, runMetricsQuery, withoutLineFigures } from "../../client/metric";
import { runsQuery } from "../../client/run";
import { useWorkspace } from "../../client/workspace";
import { nameFilter } from "../../components/name-filter";
import type { ComparedRun } from "./run-value";

/** More lines than this are no chart any more; which ones are left out is said. */
export const MOST_RUNS = 500;
/** The names of metrics are taken from so many of the runs: those of one experiment log the same. */
const NAME_SOURCES = 6;
/** Figures are asked for so many names; a search finds the others. */
export const MOST_FIGURES = 300;
const FIGURES_INTERVAL_MS = 2000;

/** Which runs: chosen ones, or those that a query finds, newest first. */
export interface RunChoice {
  runs: readonly string[];
  query: string;
  experiment: string;
}

/** Chooses the metrics whose figures are shown, of those that the runs have. */
type ChooseFigures = (names: readonly string[], metrics: readonly MetricSummary[], runs: readonly ComparedRun[]) => readonly string[];

const NO_METRICS: ReadonlyMap<string, MetricSummary> = new Map();

/** The runs of a comparison, the metrics that they have, and the figures of those that are shown as figures: lines need none. */
export function useComparedRuns(choice: RunChoice, find: string, chooseFigures: ChooseFigures) {
  const workspace = useWorkspace();
  const filter = choice.runs.length > 0 ? `id in (${choice.runs.map(quoted).join(", ")})` : choice.query || null;
  const isChosen = choice.runs.length > 0 || choice.query !== "" || choice.experiment !== "";
  const base = { filter, experiment: choice.experiment || null, include_children: choice.runs.length > 0, limit: MOST_RUNS, ...(choice.runs.length > 0 ? { view: "All" as const } : {}) };
  const plain = useQuery({ ...runsQuery(workspace, base), enabled: isChosen });
  const sources = useMemo(() => spread((plain.data?.runs ?? []).map((run) => run.id), NAME_SOURCES), [plain.data]);
  const summaries = useQueries({ queries: sources.map((id) => ({ ...runMetricsQuery(workspace, id), select: withoutLineFigures })) });
  const known = useMemo(() => union(summaries.map((each) => each.data?.metrics ?? [])), [summaries]);
  const matches = nameFilter(find);
  const asked = known.filter((metric) => metric.family === "series").map((metric) => metric.name);
  const names = (find === "" ? asked : [...asked].sort((left, right) => Number(matches(right)) - Number(matches(left)))).slice(0, MOST_FIGURES);
  const namesKnown = summaries.every((each) => !each.isPending);
  const plainRuns = useMemo((): ComparedRun[] => {
    const order = new Map(choice.runs.map((id, index) => [id, index]));
    return [...(plain.data?.runs ?? [])].sort((left, right) => (order.get(left.id) ?? 0) - (order.get(right.id) ?? 0)).map((run) => ({ run, metrics: NO_METRICS }));
  }, [plain.data, choice.runs]);
  const shown = plain.data && namesKnown ? [...chooseFigures(names, known, plainRuns)].slice(0, MOST_FIGURES) : [];
  const figures = useQuery({ ...runsQuery(workspace, { ...base, metrics: shown }), enabled: isChosen && shown.length > 0, placeholderData: keepPreviousData });
  useFreshFigures(workspace, shown.length > 0 ? plainRuns.map(({ run }) => run.id) : []);
  const values = shown.length > 0 ? figures.data?.metrics : undefined;
  const runs = useMemo(
    () => (values ? plainRuns.map(({ run }): ComparedRun => ({ run, metrics: new Map((values[run.id] ?? []).map((metric) => [metric.name, metric])) })) : plainRuns),
    [plainRuns, values],
  );
  return { runs, total: plain.data?.total ?? 0, metrics: known, names, plain, isChosen, namesKnown, figuresKnown: namesKnown && (shown.length === 0 || !figures.isPending) };
}

/** Figures follow what is logged, at a rest: lines are quicker. */
function useFreshFigures(workspace: string, runIds: readonly string[]): void {
  const client = useQueryClient();
  const coalescer = useMemo(() => new Coalescer(), []);
  useEffect(() => () => coalescer.cancelAll(), [coalescer]);
  useFeedNews((news) => {
    if (news.type === "reset" || !news.changes.some((change) => change.topic === "metric" && change.run_id && runIds.includes(change.run_id))) return;
    coalescer.schedule("figures", FIGURES_INTERVAL_MS, () => void client.invalidateQueries({ queryKey: keys.runs(workspace) }));
  });
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

/** `count` of the items at even distances, the first and the last among them. */
function spread<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  return Array.from({ length: count }, (_, index) => items[Math.round((index * (items.length - 1)) / (count - 1))]).filter((item) => item !== undefined);
}

function union(lists: readonly (readonly MetricSummary[])[]): MetricSummary[] {
  const found = new Map<string, MetricSummary>();
  for (const list of lists) {
    for (const metric of list) {
      const before = found.get(metric.name);
      // The longest tells best how it is drawn.
      if (!before || metric.count > before.count) found.set(metric.name, metric);
    }
  }
  return [...found.values()];
}
