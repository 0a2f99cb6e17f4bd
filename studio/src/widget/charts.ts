import { type MetricSeries, type MetricSummary, type MetricValue, numberOf } from "../client/metric";
import { columnsPlot, numericColumns, type PlotData, seriesPlot } from "../components/charts/plot-data";

export interface WidgetChart {
  name: string;
  data: PlotData;
}

/** The series that make a line: two numbers or more, or a table with two numeric columns. */
export function chartsOf(series: readonly MetricSeries[]): WidgetChart[] {
  return series.map((each) => ({ name: each.name, data: plotOf(each) })).filter((chart) => chart.data.x.length > 1);
}

/** What is told as a single figure: the metrics without a line. */
export function figuresOf(metrics: readonly MetricSummary[], charts: readonly WidgetChart[]): { name: string; value: MetricValue }[] {
  const drawn = new Set(charts.map((chart) => chart.name));
  return metrics
    .filter((metric) => metric.family === "series" && !drawn.has(metric.name))
    .map((metric) => ({ name: metric.name, value: metric.last ?? null }));
}

/** The value as it is shown. */
export function figureText(value: MetricValue, format: (value: number) => string): string {
  const number = numberOf(value);
  return number === null ? String(value ?? "–") : format(number);
}

function plotOf(series: MetricSeries): PlotData {
  if (series.family !== "table") return seriesPlot(series, "step");
  const columns = series.columns ?? {};
  const [x, y] = numericColumns(columns);
  return x === undefined || y === undefined ? { x: [], y: [], marks: [] } : columnsPlot(columns[x] ?? [], columns[y] ?? []);
}
