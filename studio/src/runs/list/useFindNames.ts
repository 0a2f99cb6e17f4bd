import { useQueryClient } from "@tanstack/react-query";
import { runMetricsQuery } from "../../client/metric";
import type { FindNames } from "./names";
import { namesInRows } from "./names";
import type { RunRow } from "./run-row";
import type { GridLines } from "./useLines";

/** Metric names are gathered from this many of the runs in the list; any other name can be typed. */
const RUNS_ASKED = 4;
const NAMES_MAX = 60;

/** Finds names that contain a text, among the runs of the list. */
export function useFindNames(workspace: string, lines: GridLines): FindNames {
  const client = useQueryClient();
  return async (kind, prefix) => {
    const rows = lines.loaded().flatMap((item): RunRow[] => (item.kind === "run" ? [item.row] : []));
    const known = namesInRows(rows, kind);
    const logged = kind === "metric" ? (await Promise.all(rows.slice(0, RUNS_ASKED).map((row) => client.fetchQuery(runMetricsQuery(workspace, row.run.id))))).flatMap((page) => page.metrics.filter((metric) => metric.family === "series").map((metric) => metric.name)) : [];
    const wanted = prefix.toLowerCase();
    return [...new Set([...known, ...logged])].filter((name) => name.toLowerCase().includes(wanted)).slice(0, NAMES_MAX);
  };
}
