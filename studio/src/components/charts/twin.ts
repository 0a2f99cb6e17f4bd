import type { MetricValue } from "../../client/metric";
import type { SeriesPoints } from "../../client/series-frame";
import { t } from "../../text/text";
import { number } from "./line-data";

/** The points of a series as columns: for the table twin of a chart and for a file. */
export function seriesColumns(points: SeriesPoints, origin: number): Record<string, MetricValue[]> {
  return {
    [t("metrics.step")]: Array.from(points.steps),
    [t("metrics.seconds")]: Array.from(points.times, (time) => Math.round((time - origin) * 1000) / 1000),
    [points.name]: Array.from(points.values.keys(), (index) => number(points.values, index)),
  };
}
