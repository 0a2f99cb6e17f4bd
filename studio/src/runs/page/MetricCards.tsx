import { useQuery } from "@tanstack/react-query";
import { useMemo, useRef } from "react";
import { type MetricSeries, type MetricValue, runSeriesQuery } from "../../client/metric";
import { useWorkspace } from "../../client/workspace";
import { DataTable } from "../../components/charts/DataTable";
import { LineCard } from "../../components/charts/LineCard";
import { columnsPlot, numericColumns, seriesPlot } from "../../components/charts/plot-data";
import { runColour } from "../../components/run-colour";
import { ErrorState } from "../../components/states";
import { useSeen } from "../../components/useSeen";
import { t } from "../../text/text";
import styles from "./MetricsTab.module.css";
import type { ChartSettings } from "./MetricsTab";
import type { MetricSection } from "./metric-sections";

/** So few cards share the whole width. */
const FEW = 2;

interface MetricCardsProps {
  runId: string;
  metrics: MetricSection["metrics"];
  settings: ChartSettings;
}

/** A group of cards: nothing is read or drawn before it comes near the screen, and then with one request. */
export function MetricCards({ runId, metrics, settings }: MetricCardsProps) {
  const box = useRef<HTMLDivElement>(null);
  const seen = useSeen(box);
  const names = metrics.map((metric) => metric.summary.name);
  const answer = useQuery({ ...runSeriesQuery(useWorkspace(), runId, names), enabled: seen, placeholderData: (previous) => previous });
  if (answer.isError && !answer.data) return <ErrorState error={answer.error} onRetry={() => void answer.refetch()} />;
  const byName = new Map(answer.data?.series.map((series) => [series.name, series]));
  return (
    <div ref={box} className={`${styles.cards} ${names.length <= FEW ? styles.few : ""}`}>
      {names.map((name) => {
        const series = byName.get(name);
        return series ? <MetricCard key={name} series={series} settings={settings} /> : <div key={name} className={styles.holder} />;
      })}
    </div>
  );
}

function MetricCard({ series, settings }: { series: MetricSeries; settings: ChartSettings }) {
  if (series.family === "table") return <TableMetric series={series} settings={settings} />;
  const data = seriesPlot(series, settings.axis);
  return data.x.length === 0 ? <TextMetric series={series} /> : <SeriesMetric series={series} settings={settings} />;
}

function SeriesMetric({ series, settings }: { series: MetricSeries; settings: ChartSettings }) {
  const data = useMemo(() => seriesPlot(series, settings.axis), [series, settings.axis]);
  const columns = useMemo(() => twinOf(series), [series]);
  return (
    <LineCard
      name={series.name}
      description={series.description}
      data={data}
      columns={columns}
      xLabel={settings.axis === "time" ? t("metrics.seconds") : t("metrics.step")}
      colour={runColour(series.run_id)}
      log={settings.log}
      smoothing={settings.smoothing}
      logged={series.count}
    />
  );
}

/** All that was logged, as columns: for the table twin of the chart and for the file. */
function twinOf(series: MetricSeries): Record<string, MetricValue[]> {
  const values = series.values ?? [];
  const times = series.times ?? [];
  const origin = times[0] ?? 0;
  return {
    [t("metrics.step")]: values.map((_, index) => series.steps?.[index] ?? index),
    [t("metrics.seconds")]: times.map((time) => Math.round((time - origin) * 1000) / 1000),
    [series.name]: values,
  };
}

/** A table with exactly two columns of numbers is a line of two variables; any other is a table. */
function TableMetric({ series, settings }: { series: MetricSeries; settings: ChartSettings }) {
  const columns = series.columns ?? {};
  const [xName, yName, ...more] = numericColumns(columns);
  const rows = series.times?.length ?? 0;
  const data = useMemo(() => (xName !== undefined && yName !== undefined ? columnsPlot(columns[xName] ?? [], columns[yName] ?? []) : null), [columns, xName, yName]);
  if (data !== null && xName !== undefined && yName !== undefined && more.length === 0 && Object.keys(columns).length === 2 && rows > 1) {
    return (
      <LineCard
        name={`${series.name}: ${yName} / ${xName}`}
        description={series.description}
        data={data}
        columns={columns}
        xLabel={xName}
        colour={runColour(series.run_id)}
        log={settings.log}
        smoothing={settings.smoothing}
      />
    );
  }
  return (
    <article className={styles.table} aria-label={series.name}>
      <header>
        <h3>{series.name}</h3>
      </header>
      <div className={styles.tableBody}>
        <DataTable columns={columns} label={series.name} />
      </div>
    </article>
  );
}

function TextMetric({ series }: { series: MetricSeries }) {
  const values = series.values ?? [];
  return (
    <article className={styles.table} aria-label={series.name}>
      <header>
        <h3>{series.name}</h3>
      </header>
      {values.length === 1 ? (
        <p className={styles.text} tabIndex={0}>
          {String(values[0])}
        </p>
      ) : (
        <div className={styles.tableBody}>
          <DataTable columns={{ [t("metrics.step")]: values.map((_, index) => series.steps?.[index] ?? index), [series.name]: values }} label={series.name} />
        </div>
      )}
    </article>
  );
}
