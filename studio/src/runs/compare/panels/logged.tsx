import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { seriesQuery } from "../../../client/metric";
import { useWorkspace } from "../../../client/workspace";
import { t } from "../../../text/text";
import type { PanelContext } from "./panel-context";

/** Pictures and tables of so many runs are shown; which runs these are, the eyes in the list of runs say. */
const MOST_SHOWN = 12;

/** What the shown runs logged under a name, one entry a run that has it. */
export function useLogged(context: PanelContext, name: string) {
  const workspace = useWorkspace();
  const shown = useMemo(() => context.runs.slice(0, MOST_SHOWN), [context.runs]);
  const answer = useQuery(seriesQuery(workspace, shown.map((run) => run.run.id), [name]));
  const found = useMemo(
    () =>
      shown.flatMap((run) => {
        const series = answer.data?.series.find((each) => each.run_id === run.run.id);
        return series ? [{ run: run.run, series }] : [];
      }),
    [shown, answer.data],
  );
  return { found, answer };
}

export function MoreNote({ shown, all }: { shown: number; all: number }) {
  return <span>{all > MOST_SHOWN ? t("compare.firstRuns", { count: MOST_SHOWN, runs: all }) : t("compare.valuesOf", { count: shown, runs: all })}</span>;
}
