import { useQuery } from "@tanstack/react-query";
import { memo, useMemo, useRef } from "react";
import { type MetricSeries, type MetricValue, runSeriesQuery } from "../../client/metric";
import type { Range } from "../../client/series-window";
import { useWorkspace } from "../../client/workspace";
import { CARD_HEIGHT } from "../../components/charts/ChartCard";
import { csvOf, saveText } from "../../components/charts/csv";
import { DataTable } from "../../components/charts/DataTable";
import { type CardLines, type GrowCard, LineCard, lengthOf } from "../../components/charts/LineCard";
import type { LineSettings } from "../../components/charts/line-settings";
import type { PlotLine } from "../../components/charts/plot-model";
import { columnsLine, numericColumns } from "../../components/charts/table-line";
import { type SeriesData, type SeriesSource, useSeriesData } from "../../components/charts/useSeriesData";
import { seriesColumns } from "../../components/charts/twin";
import { type XAxis, xAxis } from "../../components/charts/x-axis";
import { metricFormat } from "../../components/format";
import { ErrorState, Skeleton } from "../../components/states";
import { t } from "../../text/text";
import styles from "./MetricCharts.module.css";
import type { MetricView } from "./metric-sections";

/** More than a card has pixels: the greatest and the least of each. */
const WINDOW_POINTS = 2000;
const CSV_POINTS = 100_000;

export interface CardRun {
  id: string;
  origin: number;
  colour: string;
}

export interface MetricCardProps {
  source: SeriesSource;
  run: CardRun;
  name: string;
  view: MetricView;
  /** The same figure of other nodes, by name: a line each. */
  others?: readonly string[] | undefined;
  settings: LineSettings;
  axis: XAxis;
  window: Range | null;
  onWindow: (name: string, window: Range | null) => void;
  wide: boolean;
  onWide: (name: string, wide: boolean) => void;
}

/** The card of one metric: what it looks like depends on what was logged. */
export const MetricCard = memo(function MetricCard(props: MetricCardProps) {
  return props.view === "line" ? <SeriesCard {...props} /> : <StoredCard {...props} />;
});

const NO_OTHERS: readonly string[] = [];
/** More names than these are read from the chart itself. */
const NODES_NAMED = 8;

function SeriesCard({ source, run, name, others = NO_OTHERS, settings, axis, window, onWindow, wide, onWide }: MetricCardProps) {
  const runs = useMemo(() => [run], [run]);
  const names = useMemo(() => [name, ...others], [name, others]);
  const grow = useRef<GrowCard>(null);
  const data = useSeriesData(source, { runs, names, x: settings.x, window, windowPoints: WINDOW_POINTS }, (words) => {
    const grown = linesOf();
    return (grown !== null && grow.current?.(grown, words)) ?? false;
  });
  const linesOf = () => cardLines(data, run.id, name, others, settings);
  const lines = useMemo(linesOf, [data, run.id, name, others, settings]);
  const points = data.points(run.id, name);
  const title = others.length > 0 ? `system/${name.split("/").at(-1)}` : name;
  if (points === undefined && data.error !== null) return <div className={styles.holder}><ErrorState error={data.error} onRetry={data.retry} /></div>;
  if (!lines || !points) return <div className={styles.holder}>{points === undefined && <Skeleton lines={4} />}</div>;
  const saveCsv = async () => {
    const range = window && settings.x === "step" ? { start: window.low, stop: window.high } : {};
    const found = await source.fetch({ run_ids: [run.id], names, max_points: CSV_POINTS, sort: true, ...range }, new AbortController().signal);
    for (const each of found) saveText(`${each.name.replaceAll("/", "_")}.csv`, csvOf(seriesColumns(each, run.origin)), "text/csv");
  };
  return (
    <LineCard
      name={title}
      label={nodeOf(name)}
      {...lines}
      colour={run.colour}
      settings={settings}
      axis={axis}
      window={window}
      onWindow={(next) => onWindow(name, next)}
      wide={wide}
      onWide={(next) => onWide(name, next)}
      columns={() => seriesColumns(data.points(run.id, name) ?? points, run.origin)}
      onCsv={() => void saveCsv()}
      busy={data.waiting}
      format={metricFormat(name)}
      grow={grow}
      note={
        <>
          {others.length > 0 && <NodeNames names={names} colours={[run.colour, ...lines.others.map((each) => each.colour)]} />}
          {data.error !== null && <button type="button" className={styles.retry} onClick={data.retry}>{t("chart.windowFailed")}</button>}
        </>
      }
    />
  );
}

/** What is known of a metric and of those beside it; null when the run has not logged it, or that is not known yet. */
function cardLines(data: SeriesData, runId: string, name: string, others: readonly string[], settings: LineSettings): CardLines | null {
  const [points, line] = [data.points(runId, name), data.line(runId, name)];
  if (!points || !line) return null;
  const beside = others.flatMap((each, index): PlotLine[] => {
    const found = data.line(runId, each);
    return found ? [{ id: each, label: nodeOf(each), colour: `var(--run-${(index + 1) % 8})`, data: found }] : [];
  });
  return { line, others: beside, length: wholeLength(points, settings), count: points.count };
}

/** Which node of the run a system metric is of; its whole name where the run has one node. */
function nodeOf(name: string): string {
  return name.split("/").slice(1, -1).join("/") || name;
}

function NodeNames({ names, colours }: { names: readonly string[]; colours: readonly string[] }) {
  return (
    <>
      {names.slice(0, NODES_NAMED).map((name, index) => (
        <span key={name} className={styles.node}>
          <i style={{ background: colours[index] }} />
          {nodeOf(name)}
        </span>
      ))}
    </>
  );
}

function wholeLength(points: { steps: Float64Array; times: Float64Array; values: Float64Array }, settings: LineSettings): number {
  return lengthOf({ x: settings.x === "step" ? points.steps : points.times, y: points.values });
}

/** Tables and texts come as they were logged. */
function StoredCard(props: MetricCardProps) {
  const answer = useQuery({ ...runSeriesQuery(useWorkspace(), props.run.id, [props.name]), placeholderData: (previous) => previous });
  const series = answer.data?.series[0];
  if (answer.isError && !answer.data) return <div className={styles.holder}><ErrorState error={answer.error} onRetry={() => void answer.refetch()} /></div>;
  if (!series) return <div className={styles.holder}><Skeleton lines={4} /></div>;
  return series.family === "table" ? <TableMetric {...props} series={series} /> : <TextMetric series={series} />;
}

/** A table with exactly two columns of numbers is a line of two variables; any other is a table. */
function TableMetric({ series, settings, run, name, window, onWindow, wide, onWide }: MetricCardProps & { series: MetricSeries }) {
  const columns = series.columns ?? {};
  const [xName, yName, ...more] = numericColumns(columns);
  const rows = series.times?.length ?? 0;
  const line = useMemo(() => (xName !== undefined && yName !== undefined ? columnsLine(columns[xName] ?? [], columns[yName] ?? []) : null), [columns, xName, yName]);
  const axis = useMemo(() => xAxis("metric", xName), [xName]);
  if (line !== null && xName !== undefined && yName !== undefined && more.length === 0 && Object.keys(columns).length === 2 && rows > 1) {
    return (
      <LineCard
        name={`${series.name}: ${yName} / ${xName}`}
        description={series.description}
        line={line}
        colour={run.colour}
        settings={settings}
        axis={axis}
        length={lengthOf(line)}
        count={line.x.length}
        window={window}
        onWindow={(next) => onWindow(name, next)}
        wide={wide}
        onWide={(next) => onWide(name, next)}
        columns={() => columns}
        onCsv={() => saveText(`${series.name.replaceAll("/", "_")}.csv`, csvOf(columns), "text/csv")}
      />
    );
  }
  return <TableCard name={series.name} columns={columns} />;
}

function TextMetric({ series }: { series: MetricSeries }) {
  const values = series.values ?? [];
  if (values.length !== 1) return <TableCard name={series.name} columns={{ [t("metrics.step")]: values.map((_, index) => series.steps?.[index] ?? index), [series.name]: values }} />;
  return (
    <article className={styles.table} style={{ height: CARD_HEIGHT }} aria-label={series.name}>
      <header>
        <h3>{series.name}</h3>
      </header>
      <p className={styles.text} tabIndex={0}>
        {String(values[0])}
      </p>
    </article>
  );
}

function TableCard({ name, columns }: { name: string; columns: Readonly<Record<string, readonly MetricValue[]>> }) {
  return (
    <article className={styles.table} style={{ height: CARD_HEIGHT }} aria-label={name}>
      <header>
        <h3>{name}</h3>
      </header>
      <div className={styles.tableBody}>
        <DataTable columns={columns} label={name} />
      </div>
    </article>
  );
}
