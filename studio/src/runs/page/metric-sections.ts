import { isSystemMetric, type MetricSummary, numberOf } from "../../client/metric";
import { nameFilter } from "../../components/name-filter";

/** How one metric is shown. Files are on the images tab. */
export type MetricView = "tile" | "line" | "table" | "text";

export interface MetricSection {
  /** What stands before the first slash of its names; empty for those without one. */
  name: string;
  metrics: { summary: MetricSummary; view: MetricView }[];
}

/** Up to this many metrics are shown together: headings would take more room than they save. */
const TOGETHER_UP_TO = 6;

/** Arranges the metrics of a run in sections, in the order in which they were first logged. */
export function metricSections(metrics: readonly MetricSummary[], find: string): MetricSection[] {
  const matches = nameFilter(find);
  const sections = new Map<string, MetricSection>();
  for (const summary of metrics) {
    const view = metricView(summary);
    if (view === null || !matches(summary.name)) continue;
    const name = metrics.length <= TOGETHER_UP_TO && !isSystemMetric(summary.name) ? "" : sectionName(summary.name);
    const section = sections.get(name) ?? { name, metrics: [] };
    section.metrics.push({ summary, view });
    sections.set(name, section);
  }
  return [...sections.values()].sort((left, right) => rank(left.name) - rank(right.name));
}

/** What has no prefix comes first: it is what the run is mostly about. How busy the machine was comes last. */
function rank(section: string): number {
  if (section === "") return 0;
  return isSystemMetric(`${section}/`) ? 2 : 1;
}

/** One number is a tile, several are a line; whatever holds no number is shown as text. */
export function metricView(summary: MetricSummary): MetricView | null {
  if (summary.family === "file") return null;
  if (summary.family === "table") return "table";
  const isNumeric = numberOf(summary.last) !== null || numberOf(summary.min) !== null;
  if (!isNumeric) return "text";
  return summary.count === 1 ? "tile" : "line";
}

function sectionName(metric: string): string {
  const slash = metric.indexOf("/");
  return slash > 0 ? metric.slice(0, slash) : "";
}
