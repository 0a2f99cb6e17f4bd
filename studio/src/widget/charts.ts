import { type MetricSeries, type MetricSummary, type MetricValue, numberOf } from "../client/metric";
import { inOrder, type LineData, NO_LINE } from "../components/charts/line-data";
import { columnsLine, numericColumns } from "../components/charts/table-line";

export interface WidgetChart {
  name: string;
  line: LineData;
}

/** The series that make a line: two numbers or more, or a table with two numeric columns. */
export function chartsOf(series: readonly MetricSeries[]): WidgetChart[] {
  return series.map((each) => ({ name: each.name, line: lineOf(each) })).filter((chart) => chart.line.x.length > 1);
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

function lineOf(series: MetricSeries): LineData {
  if (series.family === "table") {
    const columns = series.columns ?? {};
    const [x, y] = numericColumns(columns);
    return x === undefined || y === undefined ? NO_LINE : columnsLine(columns[x] ?? [], columns[y] ?? []);
  }
  const points = (series.values ?? []).flatMap((value, index) => {
    const y = numberOf(value);
    return y === null ? [] : [{ x: series.steps?.[index] ?? index, y: Number.isFinite(y) ? y : Number.NaN }];
  });
  return inOrder(
    Float64Array.from(points, (point) => point.x),
    Float64Array.from(points, (point) => point.y),
  );
}
