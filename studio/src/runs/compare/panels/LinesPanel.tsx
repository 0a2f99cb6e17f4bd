import { useCallback, useMemo, useRef, useState } from "react";
import { startOf } from "../../../client/run";
import { ChartCard, PLOT_HEIGHT, WIDE_PLOT_HEIGHT } from "../../../components/charts/ChartCard";
import cardStyles from "../../../components/charts/ChartCard.module.css";
import { csvOf, saveText } from "../../../components/charts/csv";
import { DataTable } from "../../../components/charts/DataTable";
import { LineChart, type LineChartHandle } from "../../../components/charts/LineChart";
import { number } from "../../../components/charts/line-data";
import { savePicture } from "../../../components/charts/picture";
import type { PlotLine, PlotModel } from "../../../components/charts/plot-model";
import { useSeriesData } from "../../../components/charts/useSeriesData";
import { ZoomTools } from "../../../components/charts/ZoomTools";
import { formatMetric } from "../../../components/format";
import { ErrorState, Skeleton } from "../../../components/states";
import { useTurn } from "../../../components/useTurn";
import { t } from "../../../text/text";
import { namesIn } from "../expression";
import { comparedLines, fieldExpression } from "./compared-lines";
import type { PanelProps } from "./panel-context";
import { PanelMessage } from "./PanelMessage";
import { useBands } from "./useBands";

/** All series of a zoomed chart together have about this many points, each at least some. */
const WINDOW_POINTS = { together: 60_000, least: 250, most: 2000 };

const NO_RUNS: readonly { id: string; origin: number }[] = [];

/** A metric, or a formula over metrics, of all runs that are shown. */
export function LinesPanel(props: PanelProps) {
  const expression = useMemo(() => fieldExpression(props.panel.fields[0] ?? ""), [props.panel.fields]);
  if (expression === null) return <PanelMessage {...props} text={t("compare.badFormula")} />;
  return <Lines {...props} expression={expression} />;
}

function Lines({ context, panel, title, tools, onWide, window, onWindow, expression }: PanelProps & { expression: NonNullable<ReturnType<typeof fieldExpression>> }) {
  const [asTable, setAsTable] = useState(false);
  const [outside, setOutside] = useState(0);
  const handle = useRef<LineChartHandle>(null);
  const turn = useTurn();
  const { settings, axis, runs } = context;
  const wished = useMemo(() => runs.map(({ run }) => ({ id: run.id, origin: startOf(run) })), [runs]);
  const names = useMemo(() => namesIn(expression), [expression]);
  const windowPoints = Math.max(WINDOW_POINTS.least, Math.min(WINDOW_POINTS.most, Math.floor(WINDOW_POINTS.together / Math.max(1, runs.length))));
  const bands = useBands(context, expression, window);
  // What the server puts together is not read run by run.
  const data = useSeriesData(context.source, { runs: bands === null ? wished : NO_RUNS, names, x: settings.x, xMetric: settings.xMetric, window, windowPoints }, (words) => {
    if (asTable) return !words;
    const grown = comparedLines(data, expression, context);
    const shown = mainLines(grown);
    if (!handle.current || shown.length !== main.length) return false;
    handle.current.grow(modelOf(grown), summaryOf(title, shown));
    return true;
  });
  const own = useMemo(() => comparedLines(data, expression, context), [data, expression, context]);
  const lines = bands === null ? own : bands.lines;
  const { error, retry, waiting } = bands ?? data;
  const known = bands !== null ? bands.known : runs.length === 0 || names.every((name) => data.points(runs[0]?.run.id ?? "", name) !== undefined);
  const modelOf = useCallback(
    (drawn: readonly PlotLine[]): PlotModel => ({ lines: drawn, xKind: settings.xLog ? "log" : "linear", yKind: settings.yLog ? "log" : "linear", window, clip: settings.clip, yText: formatMetric, ...axis }),
    [settings.xLog, settings.yLog, settings.clip, window, axis],
  );
  const model = useMemo(() => modelOf(lines), [modelOf, lines]);
  const zoomed = window !== null;
  const allTools = useMemo(
    () => (
      <>
        <ZoomTools name={title} zoomed={zoomed} handle={handle} onReset={() => onWindow(null)} />
        {tools}
      </>
    ),
    [title, zoomed, onWindow, tools],
  );
  const main = mainLines(lines);
  if (!known && error !== null) return <PanelMessage {...{ context, panel, title, tools, onWide, window, onWindow }}><ErrorState error={error} onRetry={retry} /></PanelMessage>;
  const wide = panel.wide;
  return (
    <ChartCard
      name={title}
      value=""
      tools={allTools}
      asTable={asTable}
      onTable={setAsTable}
      table={asTable ? <DataTable columns={columnsOf(lines)} label={t("chart.table", { name: title })} /> : null}
      onCsv={() => saveText(`${title.replaceAll("/", "_")}.csv`, csvOf(columnsOf(bands?.lines ?? comparedLines(data, expression, context))), "text/csv")}
      onPng={() => savePicture(title, handle.current?.picture() ?? null, main.map((line) => ({ text: line.label, colour: line.colour })))}
      wide={wide}
      onWide={onWide}
      busy={!known || waiting}
      footer={
        <>
          <span>{context.group ? t("compare.groups", { count: main.length, runs: runs.length }) : t("compare.linesOf", { count: main.length, runs: runs.length })}</span>
          {outside > 0 && <span className={cardStyles.warn}>{t("chart.outside", { count: outside })}</span>}
          {error !== null && (
            <button type="button" className={cardStyles.link} onClick={retry}>
              {t("chart.windowFailed")}
            </button>
          )}
        </>
      }
    >
      {known && turn ? (
        <LineChart model={model} height={wide ? WIDE_PLOT_HEIGHT : PLOT_HEIGHT} label={summaryOf(title, main)} onWindow={onWindow} onOutside={setOutside} handle={handle} onKey={(key) => key === "d" && (setAsTable(true), true)} />
      ) : (
        <Skeleton lines={4} />
      )}
    </ChartCard>
  );
}

/** Those that stand for a run or a group: not what is drawn behind them. */
function mainLines(lines: readonly PlotLine[]): PlotLine[] {
  return lines.filter((line) => !line.faint && !line.upper);
}

/** The points as a table: the run, its place along x, the value. */
function columnsOf(lines: readonly PlotLine[]): Record<string, (string | number)[]> {
  const shown = lines.filter((line) => !line.upper && (line.faint || !lines.some((other) => other.faint)));
  const labels = new Map(lines.filter((line) => !line.faint).map((line) => [line.id, line.label]));
  const [run, x, y]: [string[], number[], number[]] = [[], [], []];
  for (const line of shown) {
    for (let index = 0; index < line.data.x.length; index += 1) {
      run.push(labels.get(line.id.replace(/ raw$/, "")) ?? line.label);
      x.push(number(line.data.x, index));
      y.push(number(line.data.y, index));
    }
  }
  return { [t("compare.run")]: run, x, y };
}

/** The chart in a sentence: how many lines, and which ends highest and lowest. */
function summaryOf(title: string, lines: readonly PlotLine[]): string {
  const ends = lines.map((line) => ({ label: line.label, last: number(line.data.y, line.data.y.length - 1) })).filter((end) => Number.isFinite(end.last));
  const [first, ...others] = ends;
  if (!first) return t("chart.summaryEmpty", { name: title });
  const highest = others.reduce((best, end) => (end.last > best.last ? end : best), first);
  const lowest = others.reduce((best, end) => (end.last < best.last ? end : best), first);
  return t("compare.summary", { name: title, count: lines.length, high: highest.label, highValue: formatMetric(highest.last), low: lowest.label, lowValue: formatMetric(lowest.last) });
}
