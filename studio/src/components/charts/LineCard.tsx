import { useMemo, useState } from "react";
import type { MetricValue } from "../../client/metric";
import { t } from "../../text/text";
import { IconButton } from "../Button";
import { formatCount, formatMetric } from "../format";
import { csvOf, saveText } from "./csv";
import { DataTable } from "./DataTable";
import styles from "./LineCard.module.css";
import { LinePlot, type PlotCursor } from "./LinePlot";
import { type PlotData, positiveOnly, smoothed } from "./plot-data";

const PLOT_HEIGHT = 196;
const WIDE_PLOT_HEIGHT = 420;

interface LineCardProps {
  name: string;
  description?: string;
  data: PlotData;
  /** What the table twin and the CSV file hold: all that was logged, also what no line can show. */
  columns: Readonly<Record<string, readonly MetricValue[]>>;
  xLabel: string;
  colour: string;
  log: boolean;
  smoothing: number;
  /** How many values were logged, when more than are shown. */
  logged?: number;
}

/** One metric as a line, with its figures, its table twin and its data as a file. */
export function LineCard({ name, description, data, columns, xLabel, colour, log, smoothing, logged }: LineCardProps) {
  const [asTable, setAsTable] = useState(false);
  const [wide, setWide] = useState(false);
  const [cursor, setCursor] = useState<PlotCursor | null>(null);
  const drawn = useMemo(() => (log ? { ...data, y: positiveOnly(data.y) } : data), [data, log]);
  const smooth = useMemo(() => (smoothing > 0 ? smoothed(drawn.y, smoothing) : undefined), [drawn, smoothing]);
  const figures = useMemo(() => figuresOf(data), [data]);
  const height = wide ? WIDE_PLOT_HEIGHT : PLOT_HEIGHT;
  const shown = data.x.length;
  return (
    <article className={`${styles.card} ${wide ? styles.wide : ""}`} aria-label={name}>
      <header className={styles.header}>
        <h3 title={description ? `${name}: ${description}` : name}>{name}</h3>
        <span className={styles.value}>
          {cursor ? (
            <>
              <span className={styles.at}>{`${xLabel} ${formatMetric(cursor.x)}`}</span> {formatMetric(cursor.y)}
            </>
          ) : figures ? (
            formatMetric(figures.last)
          ) : (
            "–"
          )}
        </span>
        <span className={styles.tools}>
          <IconButton icon={asTable ? "chart" : "table"} label={asTable ? t("chart.asChart", { name }) : t("chart.asTable", { name })} onClick={() => setAsTable(!asTable)} />
          <IconButton icon="download" label={t("chart.csv", { name })} onClick={() => saveText(`${name.replaceAll("/", "_")}.csv`, csvOf(columns), "text/csv")} />
          <IconButton icon="expand" label={wide ? t("chart.narrow", { name }) : t("chart.wide", { name })} aria-pressed={wide} onClick={() => setWide(!wide)} />
        </span>
      </header>
      <div style={{ height }}>
        {asTable ? (
          <DataTable columns={columns} label={t("chart.table", { name })} />
        ) : (
          <LinePlot data={drawn} smooth={smooth} colour={colour} height={height} log={log} label={summaryOf(name, data, figures)} onCursor={setCursor} />
        )}
      </div>
      <footer className={styles.footer}>
        {figures && <span>{t("chart.range", { min: formatMetric(figures.min), max: formatMetric(figures.max) })}</span>}
        <span>{logged !== undefined && logged > shown ? t("chart.sampled", { shown: formatCount(shown), count: formatCount(logged) }) : t("chart.points", { count: shown })}</span>
        {data.marks.length > 0 && <span className={styles.marks}>{t("chart.nonFinite", { count: data.marks.length })}</span>}
      </footer>
    </article>
  );
}

interface Figures {
  min: number;
  max: number;
  last: number;
  rising: boolean;
}

function figuresOf(data: PlotData): Figures | null {
  const numbers = data.y.filter((value) => value !== null);
  const [first, last] = [numbers[0], numbers.at(-1)];
  if (first === undefined || last === undefined) return null;
  return { min: numbers.reduce((low, value) => Math.min(low, value)), max: numbers.reduce((high, value) => Math.max(high, value)), last, rising: last >= first };
}

/** The chart in a sentence, for who cannot see it. */
function summaryOf(name: string, data: PlotData, figures: Figures | null): string {
  if (figures === null) return t("chart.summaryEmpty", { name });
  return t("chart.summary", {
    name,
    count: data.x.length,
    last: formatMetric(figures.last),
    min: formatMetric(figures.min),
    max: formatMetric(figures.max),
    trend: figures.rising ? "rising" : "falling",
  });
}
