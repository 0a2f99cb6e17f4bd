import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type MetricSummary, numberOf, runMetricsQuery } from "../../client/metric";
import { hasEnded } from "../../client/run";
import { useWorkspace } from "../../client/workspace";
import type { XAxis } from "../../components/charts/plot-data";
import { Checkbox, SearchField, Segments } from "../../components/fields";
import { formatMetric } from "../../components/format";
import { EmptyState, ErrorState, Skeleton } from "../../components/states";
import { t } from "../../text/text";
import { MetricCards } from "./MetricCards";
import styles from "./MetricsTab.module.css";
import { grouped, type MetricSection, metricSections } from "./metric-sections";
import runStyles from "./RunPage.module.css";
import { useRun } from "./useRun";

/** Cards of one request. */
const GROUP_SIZE = 12;
const EMA_MAX = 0.99;

export interface ChartSettings {
  axis: XAxis;
  log: boolean;
  smoothing: number;
}

export interface MetricsSearch {
  find?: string;
  x?: string;
  y?: string;
  ema?: string;
}

export function MetricsTab() {
  const workspace = useWorkspace();
  const { data: run } = useRun();
  const search = useSearch({ strict: false });
  const navigate = useNavigate();
  const metrics = useQuery({ ...runMetricsQuery(workspace, run?.id ?? ""), enabled: run !== undefined });
  if (!run) return null;
  if (metrics.isError && !metrics.data) return <ErrorState error={metrics.error} onRetry={() => void metrics.refetch()} />;
  if (!metrics.data) return <Skeleton lines={6} />;
  if (metrics.data.metrics.every((metric) => metric.family === "file")) {
    return <EmptyState icon="chart" title={hasEnded(run) ? t("metrics.none.title") : t("metrics.waiting")}>{t("metrics.none.body")}</EmptyState>;
  }
  const settings = settingsOf(search);
  const sections = metricSections(metrics.data.metrics, search.find ?? "");
  const change = (next: MetricsSearch) => void navigate({ to: "/runs/$runId/metrics", params: { runId: run.id }, search: { ...search, ...next }, replace: true });
  return (
    <div className={runStyles.body}>
      <SettingsBar search={search} settings={settings} onChange={change} />
      {sections.length === 0 && <EmptyState icon="search" title={t("metrics.noMatch", { find: search.find ?? "" })} />}
      {sections.map((section) => (
        <Section key={section.name} runId={run.id} section={section} settings={settings} />
      ))}
    </div>
  );
}

function SettingsBar({ search, settings, onChange }: { search: MetricsSearch; settings: ChartSettings; onChange: (next: MetricsSearch) => void }) {
  return (
    <div className={styles.settings} role="toolbar" aria-label={t("metrics.settings")}>
      <div className={styles.find}>
        <SearchField label={t("metrics.find")} value={search.find ?? ""} onChange={(find) => onChange({ find: find || undefined })} />
      </div>
      <Segments
        label={t("metrics.xAxis")}
        choices={[
          ["step", t("metrics.step")],
          ["time", t("metrics.time")],
        ]}
        value={settings.axis}
        onChange={(axis) => onChange({ x: axis === "step" ? undefined : axis })}
      />
      <Checkbox label={t("metrics.log")} checked={settings.log} onChange={() => onChange({ y: settings.log ? undefined : "log" })} />
      <label className={styles.smoothing}>
        {t("metrics.smoothing")}
        <input type="range" min={0} max={EMA_MAX} step={0.01} value={settings.smoothing} onChange={(event) => onChange({ ema: event.target.value === "0" ? undefined : event.target.value })} />
        <output>{settings.smoothing.toFixed(2)}</output>
      </label>
    </div>
  );
}

function Section({ runId, section, settings }: { runId: string; section: MetricSection; settings: ChartSettings }) {
  const tiles = section.metrics.filter((metric) => metric.view === "tile").map((metric) => metric.summary);
  const cards = section.metrics.filter((metric) => metric.view !== "tile");
  return (
    <section className={styles.section} aria-label={section.name || t("metrics.section.top")}>
      {section.name !== "" && (
        <h2 className={styles.sectionTitle}>
          {section.name} <span className={styles.count}>{section.metrics.length}</span>
        </h2>
      )}
      {tiles.length > 0 && <Tiles metrics={tiles} />}
      {grouped(cards, GROUP_SIZE).map((group) => (
        <MetricCards key={group[0]?.summary.name} runId={runId} metrics={group} settings={settings} />
      ))}
    </section>
  );
}

function Tiles({ metrics }: { metrics: readonly MetricSummary[] }) {
  return (
    <dl className={runStyles.tiles}>
      {metrics.map((metric) => (
        <div key={metric.name} className={runStyles.tile}>
          <dt title={metric.name}>{metric.name}</dt>
          <dd>{formatMetric(numberOf(metric.last) ?? Number.NaN)}</dd>
        </div>
      ))}
    </dl>
  );
}

function settingsOf(search: MetricsSearch): ChartSettings {
  const smoothing = Number(search.ema ?? 0);
  return {
    axis: search.x === "time" ? "time" : "step",
    log: search.y === "log",
    smoothing: Number.isFinite(smoothing) ? Math.min(EMA_MAX, Math.max(0, smoothing)) : 0,
  };
}
