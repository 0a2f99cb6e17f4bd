import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import { COMPARE_KEYS, type CompareSearch } from "../runs/compare/compare-state";
import { RunCharts } from "../runs/compare/RunCharts";
import styles from "./ExperimentsPage.module.css";
import { ExperimentFrame } from "./ExperimentFrame";

/** Charts over the runs of an experiment. */
export function ExperimentCharts() {
  return <ExperimentFrame tab="charts">{(_, name) => <Charts name={name} />}</ExperimentFrame>;
}

function Charts({ name }: { name: string }) {
  const found = useSearch({ strict: false });
  const navigate = useNavigate();
  // Only what belongs to the charts: a changed key of another kind draws nothing anew.
  const text = JSON.stringify(COMPARE_KEYS.flatMap((key) => (found[key] === undefined ? [] : [[key, found[key]]])));
  const search = useMemo((): CompareSearch => {
    const entries: [string, string][] = JSON.parse(text);
    return { ...Object.fromEntries(entries), exp: name };
  }, [text, name]);
  const show = ({ exp: _, ...next }: CompareSearch) => void navigate({ to: "/experiments/$name/charts", params: { name }, search: next, replace: true });
  return (
    <div className={styles.charts}>
      <RunCharts search={search} onSearch={show} />
    </div>
  );
}
