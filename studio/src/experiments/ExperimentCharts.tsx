import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import { COMPARE_KEYS, type CompareSearch, replacesHistory } from "../runs/compare/compare-state";
import { RunCharts } from "../runs/compare/RunCharts";
import { ViewButton } from "../runs/views/ViewButton";
import { viewableCharts } from "../runs/views/viewable";
import styles from "./ExperimentsPage.module.css";
import { ExperimentFrame } from "./ExperimentFrame";

/** Charts over the runs of an experiment. */
export function ExperimentCharts() {
  const found = useSearch({ strict: false });
  const name = useParams({ strict: false }).name ?? "";
  const navigate = useNavigate();
  // Only what belongs to the charts: a changed key of another kind draws nothing anew.
  const text = JSON.stringify(COMPARE_KEYS.flatMap((key) => (found[key] === undefined ? [] : [[key, found[key]]])));
  const search = useMemo((): CompareSearch => {
    const entries: [string, string][] = JSON.parse(text);
    return { ...Object.fromEntries(entries), exp: name };
  }, [text, name]);
  const show = ({ exp: _, ...next }: CompareSearch) =>
    void navigate({ to: "/experiments/$name/charts", params: { name }, search: next, replace: replacesHistory(search, { ...next, exp: name }) });
  return (
    <ExperimentFrame tab="charts" actions={<ViewButton shown={viewableCharts(search, name)} />}>
      {() => (
        <div className={styles.charts}>
          <RunCharts search={search} onSearch={show} />
        </div>
      )}
    </ExperimentFrame>
  );
}
