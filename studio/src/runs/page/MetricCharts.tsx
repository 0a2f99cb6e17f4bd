import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type ReactNode, useCallback, useMemo, useState } from "react";
import { type MetricSummary, numberOf, runMetricsQuery, withoutLineFigures } from "../../client/metric";
import { type Run, startOf } from "../../client/run";
import { useWorkspace } from "../../client/workspace";
import { LineSettingsBar } from "../../components/charts/LineSettingsBar";
import { type LineSettings, smoothingOf } from "../../components/charts/line-settings";
import { useSeriesSource } from "../../components/charts/useSeriesSource";
import { useZooms } from "../../components/charts/useZooms";
import { xAxis } from "../../components/charts/x-axis";
import { SearchField } from "../../components/fields";
import { metricFormat } from "../../components/format";
import { shownColour } from "../../components/run-colour";
import { EmptyState, ErrorState, Skeleton } from "../../components/states";
import { useWidth } from "../../components/useWidth";
import { VirtualRows } from "../../components/VirtualRows";
import { t } from "../../text/text";
import { MetricCard } from "./MetricCards";
import styles from "./MetricCharts.module.css";
import { type MetricRow, metricRows } from "./metric-layout";
import type { MetricSection } from "./metric-sections";
import type { MetricsSearch } from "./metrics-search";
import runStyles from "./RunPage.module.css";

/** The greatest and the least of every pixel of a card. */
const CARD_POINTS = 1000;

interface MetricChartsProps {
  run: Run;
  /** The tab that this is on: its address keeps the state. */
  to: "/runs/$runId/metrics" | "/runs/$runId/system";
  /** What runs along the charts when the address does not say. */
  along: "step" | "time";
  /** What belongs on this tab of what was logged. */
  sectionsOf: (metrics: readonly MetricSummary[], find: string) => MetricSection[];
  /** Said when nothing does. */
  empty: ReactNode;
}

/** Charts of what one run logged, in sections, with what they have in common above them. */
export function MetricCharts({ run, to, along, sectionsOf, empty }: MetricChartsProps) {
  const workspace = useWorkspace();
  const found: MetricsSearch = useSearch({ strict: false });
  const search = useMemo(() => ({ ...found, x: found.x ?? along }), [found, along]);
  const navigate = useNavigate();
  const metrics = useQuery({ ...runMetricsQuery(workspace, run.id), select: withoutLineFigures });
  const sections = useMemo(() => sectionsOf(metrics.data?.metrics ?? [], search.find ?? ""), [metrics.data, search.find, sectionsOf]);
  const change = useCallback(
    (next: MetricsSearch) => void navigate({ to, params: { runId: run.id }, search: (before: MetricsSearch) => ({ ...before, ...next }), replace: true }),
    [navigate, run.id, to],
  );
  const onSettings = useCallback(
    (next: MetricsSearch) => {
      const x = next.x ?? "step";
      change("x" in next ? { ...next, x: x === along ? undefined : x } : next);
    },
    [change, along],
  );
  if (metrics.isError && !metrics.data) return <ErrorState error={metrics.error} onRetry={() => void metrics.refetch()} />;
  if (!metrics.data) return <Skeleton lines={6} inset />;
  if (sections.length === 0 && sectionsOf(metrics.data.metrics, "").length === 0) return empty;
  return (
    <div className={runStyles.body}>
      <div className={styles.settings} role="toolbar" aria-label={t("metrics.settings")}>
        <div className={styles.find}>
          <SearchField label={t("metrics.find")} value={search.find ?? ""} onChange={(find) => change({ find: find || undefined })} />
        </div>
        <LineSettingsBar search={search} onChange={onSettings} />
      </div>
      {sections.length === 0 && <EmptyState icon="search" title={t("metrics.noMatch", { find: search.find ?? "" })} />}
      <Sections run={run} sections={sections} search={search} onChange={change} />
    </div>
  );
}

interface SectionsProps {
  run: Run;
  sections: readonly MetricSection[];
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
                {row.metrics.map(({ summary, view, others }) => (
                  <MetricCard
                    key={summary.name}
                    source={source}
                    run={cardRun}
                    name={summary.name}
                    view={view}
                    others={others}
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
          <dd>{metricFormat(metric.name)(numberOf(metric.last) ?? Number.NaN)}</dd>
        </div>
      ))}
    </dl>
  );
}
