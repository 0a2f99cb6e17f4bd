import type { LineData } from "../../../components/charts/line-data";
import { lengthOf, linesOf } from "../../../components/charts/LineCard";
import type { PlotLine } from "../../../components/charts/plot-model";
import type { SeriesData } from "../../../components/charts/useSeriesData";
import { formulaLine, type GroupLines, groupLines } from "../combined-lines";
import { type Expression, namesIn, parseExpression } from "../expression";
import type { ComparedRun } from "../run-value";
import type { PanelContext } from "./panel-context";
import { runsByValue } from "./run-groups";

/** What a line chart shows: one metric, or a formula. Null for a formula that cannot be read. */
export function fieldExpression(field: string): Expression | null {
  if (!field.startsWith("=")) return { kind: "name", name: field };
  try {
    return parseExpression(field.slice(1));
  } catch {
    return null;
  }
}

/** The line of one run; null when it has none, undefined while that is not known. */
export function runLine(data: SeriesData, expression: Expression, runId: string): LineData | null | undefined {
  if (expression.kind === "name") return data.line(runId, expression.name);
  const names = namesIn(expression);
  const lines = new Map<string, LineData>();
  for (const name of names) {
    const line = data.line(runId, name);
    if (!line) return line;
    lines.set(name, line);
  }
  return formulaLine(expression, names, lines);
}

/** How many values a run logged in all, and how far they go. */
function wholeOf(data: SeriesData, expression: Expression, runId: string, line: LineData): { length: number; count: number } {
  const name = namesIn(expression)[0];
  const points = name === undefined ? null : data.points(runId, name);
  return { length: lengthOf(line), count: points?.count ?? line.x.length };
}

/** The lines of a chart: one a run, or one a group with its band. */
export function comparedLines(data: SeriesData, expression: Expression, context: PanelContext): PlotLine[] {
  const found = context.runs.flatMap((run) => {
    const line = runLine(data, expression, run.run.id);
    return line && line.x.length > 0 ? [{ run, line }] : [];
  });
  if (context.group !== null) return groupedLines(found, context);
  return found.flatMap(({ run: { run }, line }) => {
    const { length, count } = wholeOf(data, expression, run.id, line);
    const look = context.looks.get(run.id);
    return linesOf(run.id, line, look?.colour ?? "var(--muted)", context.settings.smoothing, length, count, { label: run.display_name, dash: look?.dash ?? [] });
  });
}

function groupedLines(found: readonly { run: ComparedRun; line: LineData }[], context: PanelContext): PlotLine[] {
  const { group } = context;
  if (group === null) return [];
  const lines = new Map(found.map(({ run, line }) => [run.run.id, line]));
  return runsByValue(found.map(({ run }) => run), group).flatMap(({ value, runs }) => {
    const members = runs.flatMap(({ run }) => lines.get(run.id) ?? []);
    return bandLines(value, members.length, groupLines(members, context.band), runs[0]?.run.id ?? "", context);
  });
}

/** The band of a group and its mean, in the colour of its first run. */
export function bandLines(value: string, count: number, { mean, low, high }: GroupLines, firstRunId: string, context: PanelContext): PlotLine[] {
  const { group } = context;
  const { colour, dash } = context.looks.get(firstRunId) ?? { colour: "var(--muted)", dash: [] };
  const label = `${group === null || group.kind === "fact" ? "" : `${group.key} = `}${value} (${count})`;
  return [
    { id: `${value} band`, label, colour, data: low, upper: high },
    ...linesOf(value, mean, colour, context.settings.smoothing, lengthOf(mean), mean.x.length, { label, dash }),
  ];
}
