import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo, useState } from "react";
import { type MetricSummary, numberOf, runMetricsQuery } from "../../client/metric";
import { hasEnded, type Run, startOf } from "../../client/run";
import { useWorkspace } from "../../client/workspace";
import { LineSettingsBar } from "../../components/charts/LineSettingsBar";
import { type LineSettings, smoothingOf } from "../../components/charts/line-settings";
import { useSeriesSource } from "../../components/charts/useSeriesSource";
import { useZooms } from "../../components/charts/useZooms";
import { xAxis } from "../../components/charts/x-axis";
import { SearchField } from "../../components/fields";
import { formatMetric } from "../../components/format";
import { shownColour } from "../../components/run-colour";
import { EmptyState, ErrorState, Skeleton } from "../../components/states";
import { useWidth } from "../../components/useWidth";
import { VirtualRows } from "../../components/VirtualRows";
import { t } from "../../text/text";
import { MetricCard } from "./MetricCards";
import styles from "./MetricsTab.module.css";
import { type MetricRow, metricRows } from "./metric-layout";
import { metricSections } from "./metric-sections";
import runStyles from "./RunPage.module.css";
import { useRun } from "./useRun";

/** The greatest and the least of every pixel of a card. */
const CARD_POINTS = 1000;

export interface MetricsSearch {
  find?: string;
  x?: string;
  y?: string;
  ema?: string;
  clip?: string;
  zoom?: string;
}

export function MetricsTab() {
  const { data: run } = useRun();
  return run ? <RunMetrics key={run.id} run={run} /> : null;
}

function RunMetrics({ run }: { run: Run }) {
  const workspace = useWorkspace();
  const search: MetricsSearch = useSearch({ strict: false });
  const navigate = useNavigate();
  const metrics = useQuery(runMetricsQuery(workspace, run.id));
  const sections = useMemo(() => metricSections(metrics.data?.metrics ?? [], search.find ?? ""), [metrics.data, search.find]);
  const change = useCallback(
    (next: MetricsSearch) => void navigate({ to: "/runs/$runId/metrics", params: { runId: run.id }, search: (before: MetricsSearch) => ({ ...before, ...next }), replace: true }),
    [navigate, run.id],
  );
  if (metrics.isError && !metrics.data) return <ErrorState error={metrics.error} onRetry={() => void metrics.refetch()} />;
  if (!metrics.data) return <Skeleton lines={6} />;
  if (metrics.data.metrics.every((metric) => metric.family === "file")) {
    return <EmptyState icon="chart" title={hasEnded(run) ? t("metrics.none.title") : t("metrics.waiting")}>{t("metrics.none.body")}</EmptyState>;
  }
  return (
    <div className={runStyles.body}>
      <div className={styles.settings} role="toolbar" aria-label={t("metrics.settings")}>
        <div className={styles.find}>
          <SearchField label={t("metrics.find")} value={search.find ?? ""} onChange={(find) => change({ find: find || undefined })} />
        </div>
        <LineSettingsBar search={search} onChange={change} />
      </div>
      {sections.length === 0 && <EmptyState icon="search" title={t("metrics.noMatch", { find: search.find ?? "" })} />}
      <Sections run={run} sections={sections} search={search} onChange={change} />
    </div>
  );
}

interface SectionsProps {
  run: Run;
  sections: ReturnType<typeof metricSections>;
  search: MetricsSearch;
  onChange: (next: MetricsSearch) => void;
}

function Sections({ run, sections, search, onChange }: SectionsProps) {
  const source = useSeriesSource(useWorkspace(), CARD_POINTS);
  const [box, width] = useWidth();
  const { x, y, ema, clip } = search;
  const settings = useMemo(
    (): LineSettings => ({ x: x === "time" ? "relative" : x === "wall" ? "wall" : "step", xLog: false, yLog: y === "log", smoothing: smoothingOf(ema), clip: clip === "1" }),
    [x, y, ema, clip],
  );
  const axis = useMemo(() => xAxis(settings.x), [settings.x]);
  const origin = startOf(run);
  const colour = shownColour(run);
  const cardRun = useMemo(() => ({ id: run.id, origin, colour }), [run.id, origin, colour]);
  const zooms = useZooms(search.zoom, (zoom) => onChange({ zoom }));
  const [wide, setWide] = useState<ReadonlySet<string>>(new Set());
  const onWide = useCallback((name: string, on: boolean) => setWide((before) => new Set(on ? [...before, name] : [...before].filter((each) => each !== name))), []);
  const { rows, height } = useMemo(() => metricRows(sections, width, wide), [sections, width, wide]);
  return (
    <div ref={box}>
      {width > 0 && (
        <VirtualRows rows={rows} height={height}>
          {(row: MetricRow) =>
            row.kind === "title" ? (
              <h2 className={styles.sectionTitle}>
                {row.section.name} <span className={styles.count}>{row.section.metrics.length}</span>
              </h2>
            ) : row.kind === "tiles" ? (
              <Tiles metrics={row.metrics.map((metric) => metric.summary)} columns={row.columns} />
            ) : (
              <div className={styles.cards} style={{ gridTemplateColumns: `repeat(${row.columns}, minmax(0, 1fr))` }}>
                {row.metrics.map(({ summary, view }) => (
                  <MetricCard
                    key={summary.name}
                    source={source}
                    run={cardRun}
                    name={summary.name}
                    view={view}
                    settings={settings}
                    axis={axis}
                    window={zooms.windowOf(summary.name)}
                    onWindow={zooms.setWindow}
                    wide={wide.has(summary.name)}
                    onWide={onWide}
                  />
                ))}
              </div>
            )
          }
        </VirtualRows>
      )}
    </div>
  );
}

function Tiles({ metrics, columns }: { metrics: readonly MetricSummary[]; columns: number }) {
  return (
    <dl className={runStyles.tiles} style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}>
      {metrics.map((metric) => (
        <div key={metric.name} className={runStyles.tile}>
          <dt title={metric.name}>{metric.name}</dt>
          <dd>{formatMetric(numberOf(metric.last) ?? Number.NaN)}</dd>
        </div>
      ))}
    </dl>
  );
}
