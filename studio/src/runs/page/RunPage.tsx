import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useLocation } from "@tanstack/react-router";
import { ApiError } from "../../client/api";
import { isChartedMetric, isMedium, type MetricSummary, runMetricsQuery } from "../../client/metric";
import { isCancellable, type Run } from "../../client/run";
import { useWorkspace } from "../../client/workspace";
import { buttonClass } from "../../components/Button";
import { CopyButton } from "../../components/CopyButton";
import { Icon } from "../../components/Icon";
import { PageHeader } from "../../components/PageHeader";
import { RunDuration } from "../../components/RunDuration";
import { runColour } from "../../components/run-colour";
import { StatusBadge } from "../../components/StatusBadge";
import { EmptyState, ErrorState, Skeleton } from "../../components/states";
import { TabLinks } from "../../components/TabLinks";
import { t } from "../../text/text";
import { CancelButton } from "./CancelButton";
import { CompareWith } from "./CompareWith";
import { ErrorPanel } from "./ErrorPanel";
import { MoreActions, SetAside } from "./MoreActions";
import { Neighbours, RunBreadcrumb } from "./RunBreadcrumb";
import styles from "./RunPage.module.css";
import { useRun, useRunId } from "./useRun";

const TABS = ["overview", "metrics", "images", "tables", "system", "children", "outputs", "snapshot"] as const;
type TabId = (typeof TABS)[number];
/** Tabs that scroll within themselves. */
const FILLING: readonly TabId[] = ["tables", "children", "outputs", "snapshot"];
const PANEL_ID = "run-tab-panel";

export function RunPage() {
  const run = useRun();
  const runId = useRunId();
  if (run.data) return <RunWithTabs run={run.data} stale={run.isError} />;
  if (run.error instanceof ApiError && run.error.isNotFound) return <NoSuchRun runId={runId} />;
  if (run.isError) return <ErrorState error={run.error} onRetry={() => void run.refetch()} />;
  return (
    <div className={styles.pending}>
      <Skeleton lines={5} />
    </div>
  );
}

function RunWithTabs({ run, stale }: { run: Run; stale: boolean }) {
  const selected = selectedTab(useLocation().pathname);
  // Only the counts: new values of what is logged draw nothing here.
  const logged = useQuery({ ...runMetricsQuery(useWorkspace(), run.id), select: loggedCounts });
  const counts: Partial<Record<TabId, number>> = { ...logged.data, children: run.child_count };
  return (
    <>
      <PageHeader
        title={run.display_name}
        mark={<span className={styles.mark} style={{ background: runColour(run.id) }} />}
        breadcrumb={<RunBreadcrumb run={run} />}
        detail={
          <>
            <StatusBadge status={run.status} />
            {run.started_at && (
              <span className={styles.clock}>
                <Icon name="clock" size={14} />
                <span className="visually-hidden">{t("run.duration")}</span>
                <RunDuration run={run} />
              </span>
            )}
            {stale && <span className={styles.stale}>{t("state.stale")}</span>}
          </>
        }
        note={run.status_reason}
        actions={
          <>
            <Neighbours run={run} tab={pathOf(selected)} />
            <CopyButton text={run.id} what={t("run.id")} />
            {isCancellable(run) && <CancelButton run={run} />}
            <CompareWith run={run} />
            <MoreActions run={run} />
          </>
        }
      />
      <SetAside run={run} />
      {run.error && selected !== "overview" && !FILLING.includes(selected) && <ErrorPanel run={run} brief />}
      <TabLinks
        label={t("run.tabs")}
        panelId={PANEL_ID}
        selected={selected}
        tabs={TABS.map((id) => ({ id, label: t(`run.tab.${id}`), count: counts[id] || undefined, to: pathOf(id), params: { runId: run.id } }))}
      />
      <div id={PANEL_ID} role="tabpanel" aria-labelledby={`tab-${selected}`} className={`${styles.panel} ${FILLING.includes(selected) ? styles.fill : ""}`}>
        <Outlet />
      </div>
    </>
  );
}

function loggedCounts({ metrics }: { metrics: readonly MetricSummary[] }) {
  return {
    metrics: metrics.filter(isChartedMetric).length,
    images: metrics.filter(isMedium).length,
    tables: metrics.filter((metric) => metric.family === "table").length,
  };
}

function NoSuchRun({ runId }: { runId: string }) {
  return (
    <>
      <PageHeader title={runId} breadcrumb={<Link to="/runs">{t("runs.title")}</Link>} />
      <EmptyState
        icon="search"
        title={t("run.missing.title")}
        actions={
          <Link to="/runs" className={buttonClass("primary")}>
            {t("runs.title")}
          </Link>
        }
      >
        {t("run.missing.body", { id: runId })}
      </EmptyState>
    </>
  );
}

function selectedTab(pathname: string): TabId {
  const part = pathname.split("/")[3];
  return TABS.find((tab) => tab === part) ?? "overview";
}

function pathOf(tab: TabId): string {
  return tab === "outputs" || tab === "snapshot" ? `/runs/$runId/${tab}/$` : `/runs/$runId/${tab}`;
}
