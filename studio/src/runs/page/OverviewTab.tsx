import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { artifactsQuery } from "../../client/artifact";
import { isChartedMetric, type MetricSummary, numberOf, runMetricsQuery } from "../../client/metric";
import { type Run, runEventsQuery } from "../../client/run";
import { useWorkspace } from "../../client/workspace";
import { FactList } from "../../components/FactList";
import { formatMetric } from "../../components/format";
import { Panel } from "../../components/Panel";
import { Instant } from "../../components/RelativeTime";
import { RunDuration } from "../../components/RunDuration";
import { ErrorState, Skeleton } from "../../components/states";
import { t } from "../../text/text";
import { parametersOf } from "../arguments";
import { definitionOf } from "../run-definition";
import { DescriptionEditor } from "./DescriptionEditor";
import { EnvironmentPanel } from "./EnvironmentPanel";
import { ErrorPanel } from "./ErrorPanel";
import { EventTimeline } from "./EventTimeline";
import { GIT_PREFIXES, GitPanel } from "./GitPanel";
import { PreparationPanel } from "./PreparationPanel";
import { isPreparationProperty } from "./preparation";
import { ResubmitPanel } from "./ResubmitPanel";
import styles from "./RunPage.module.css";
import { TagEditor } from "./TagEditor";
import { useRun } from "./useRun";

const TILES = 8;

export function OverviewTab() {
  const { data: run } = useRun();
  const workspace = useWorkspace();
  const events = useQuery({ ...runEventsQuery(workspace, run?.id ?? ""), enabled: run !== undefined });
  const metrics = useQuery({ ...runMetricsQuery(workspace, run?.id ?? ""), enabled: run !== undefined });
  const artifacts = useQuery({ ...artifactsQuery(workspace, run?.id ?? ""), enabled: run !== undefined });
  if (!run) return null;
  const files = artifacts.data?.artifacts ?? [];
  const parameters = Object.entries(parametersOf(definitionOf(run)?.arguments ?? []));
  const properties = Object.entries(run.properties ?? {}).filter(([name]) => !isPreparationProperty(name) && !GIT_PREFIXES.some((prefix) => name.startsWith(prefix)));
  const charted = metrics.data?.metrics.filter(isChartedMetric) ?? [];
  const numbers = charted.filter((metric) => numberOf(metric.last) !== null);
  return (
    <div className={styles.body}>
      <ErrorPanel run={run} files={files} />
      <div className={styles.columns}>
        <div className={styles.stack}>
          {metrics.isError && !metrics.data && (
            <Panel title={t("run.metricsNow")}>
              <ErrorState error={metrics.error} onRetry={() => void metrics.refetch()} />
            </Panel>
          )}
          {numbers.length > 0 && <MetricTiles run={run} metrics={numbers} count={charted.length} />}
          <DescriptionEditor run={run} />
          <TagEditor run={run} />
          {parameters.length > 0 && (
            <Panel title={t("run.parameters")}>
              <FactList mono facts={parameters.map(([name, value]) => [name, value === "" ? t("run.parameters.set") : value] as const)} />
            </Panel>
          )}
          {properties.length > 0 && (
            <Panel title={t("run.properties")}>
              <FactList mono facts={properties} />
            </Panel>
          )}
          <ResubmitPanel run={run} />
        </div>
        <div className={styles.stack}>
          <Panel title={t("run.details")}>
            <Details run={run} />
          </Panel>
          <PreparationPanel run={run} />
          <Panel title={t("run.events")}>
            {events.isError ? (
              <ErrorState error={events.error} onRetry={() => void events.refetch()} />
            ) : events.data ? (
              <EventTimeline events={events.data.events} />
            ) : (
              <Skeleton />
            )}
          </Panel>
          {artifacts.isError && !artifacts.data && (
            <Panel title={t("run.tab.outputs")}>
              <ErrorState error={artifacts.error} onRetry={() => void artifacts.refetch()} />
            </Panel>
          )}
          <EnvironmentPanel run={run} paths={files.map((file) => file.path)} />
          <GitPanel run={run} files={files} />
        </div>
      </div>
    </div>
  );
}

/** The last values of the first metrics; `count` is that of the tab that has them all. */
function MetricTiles({ run, metrics, count }: { run: Run; metrics: readonly MetricSummary[]; count: number }) {
  return (
    <Panel
      title={t("run.metricsNow")}
      actions={
        <Link to="/runs/$runId/metrics" params={{ runId: run.id }}>
          {t("run.metricsAll", { count })}
        </Link>
      }
    >
      <dl className={styles.tiles}>
        {metrics.slice(0, TILES).map((metric) => (
          <div key={metric.name} className={styles.tile}>
            <dt title={metric.name}>{metric.name}</dt>
            <dd>{formatMetric(numberOf(metric.last) ?? Number.NaN)}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}

function Details({ run }: { run: Run }) {
  const command = definitionOf(run)?.command ?? null;
  return (
    <FactList
      facts={[
        [
          t("column.experiment"),
          <Link key="experiment" to="/experiments/$name" params={{ name: run.experiment }}>
            {run.experiment}
          </Link>,
        ],
        [t("run.number"), run.number],
        [t("column.submitter"), run.submitted_by ?? null],
        [t("column.created"), <Instant key="created" at={run.created_at} />],
        [t("column.started"), run.started_at ? <Instant key="started" at={run.started_at} /> : null],
        [t("run.ended"), run.ended_at ? <Instant key="ended" at={run.ended_at} /> : null],
        [t("column.duration"), <RunDuration key="duration" run={run} />],
        [t("column.target"), run.target],
        [t("column.script"), command ? <code key="command">{command}</code> : (run.script_name ?? null)],
        [t("run.type"), run.type ?? t("run.type.interactive")],
        [t("run.id"), <code key="id">{run.id}</code>],
      ]}
    />
  );
}
