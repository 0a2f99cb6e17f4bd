import { hasNumbers, isMedium, isSystemMetric, type MetricSummary } from "../../client/metric";
import { t } from "../../text/text";
import { nameFilter } from "../../components/name-filter";

/** How one metric is shown. Files are on the images tab. */
export type MetricView = "tile" | "line" | "table" | "text";

export interface MetricSection {
  /** What stands before the first slash of its names; empty for those without one. */
  name: string;
  metrics: SectionMetric[];
}

export interface SectionMetric {
  summary: MetricSummary;
  view: MetricView;
  /** The same figure of the other nodes of the run, by name: a line each. */
  others?: readonly string[];
}

/** Up to this many metrics are shown together: headings would take more room than they save. */
const TOGETHER_UP_TO = 6;

/** Arranges the metrics of a run in sections, in the order in which they were first logged. How busy the machine was has a tab of its own. */
export function metricSections(metrics: readonly MetricSummary[], find: string): MetricSection[] {
  const matches = nameFilter(find);
  const sections = new Map<string, MetricSection>();
  const own = metrics.filter((metric) => !isSystemMetric(metric.name)).length;
  for (const summary of metrics) {
    const view = metricView(summary);
    if (view === null || isSystemMetric(summary.name) || !matches(summary.name)) continue;
    const name = own <= TOGETHER_UP_TO ? "" : sectionName(summary.name);
    const section = sections.get(name) ?? { name, metrics: [] };
    section.metrics.push({ summary, view });
    sections.set(name, section);
  }
  // What has no prefix comes first: it is what the run is mostly about.
  return [...sections.values()].sort((left, right) => Number(left.name !== "") - Number(right.name !== ""));
}

const SYSTEM_PARTS = ["cpu", "memory", "disk", "network", "gpu", "process", "other"] as const;

/** Arranges how busy the machine was by its parts: `system/cpu_percent`, or `system/<node>/cpu_percent` of each node, which share a chart. */
export function systemSections(metrics: readonly MetricSummary[], find: string): MetricSection[] {
  const matches = nameFilter(find);
  const sections = new Map<string, { place: string; section: MetricSection }>();
  for (const summary of metrics) {
    const view = metricView(summary);
    if (view === null || !isSystemMetric(summary.name) || !matches(summary.name)) continue;
    const path = summary.name.split("/").slice(1);
    const figure = path.at(-1) ?? "";
    const card = /^gpu(\d+)_/.exec(figure)?.[1];
    const part = SYSTEM_PARTS.find((each) => figure.startsWith(each)) ?? "other";
    const title = card === undefined ? t(`system.part.${part}`) : t("system.part.gpuNumber", { number: card });
    const known = sections.get(title) ?? { place: `${SYSTEM_PARTS.indexOf(part)}\n${card ?? ""}`, section: { name: title, metrics: [] } };
    const same = view === "line" ? known.section.metrics.find((each) => each.view === "line" && each.summary.name.endsWith(`/${figure}`)) : undefined;
    if (same) same.others = [...(same.others ?? []), summary.name];
    else known.section.metrics.push({ summary, view });
    sections.set(title, known);
  }
  return [...sections.values()].sort((left, right) => left.place.localeCompare(right.place, undefined, { numeric: true })).map((each) => each.section);
}

/** One number is a tile, several are a line; whatever holds no number is shown as text. */
export function metricView(summary: MetricSummary): MetricView | null {
  if (isMedium(summary)) return null;
  if (summary.family === "table") return "table";
  if (!hasNumbers(summary)) return "text";
  return summary.count === 1 ? "tile" : "line";
}

function sectionName(metric: string): string {
  const slash = metric.indexOf("/");
  return slash > 0 ? metric.slice(0, slash) : "";
}
