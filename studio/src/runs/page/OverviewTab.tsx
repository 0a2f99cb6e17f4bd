import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { isSystemMetric, type MetricSummary, numberOf, runMetricsQuery } from "../../client/metric";
import { type Run, runEventsQuery } from "../../client/run";
import { useWorkspace } from "../../client/workspace";
import { FactList } from "../../components/FactList";
import { formatMetric } from "../../components/format";
import { Panel } from "../../components/Panel";
import { Instant } from "../../components/RelativeTime";
import { RunDuration } from "../../components/RunDuration";
import { ErrorState, Skeleton } from "../../components/states";
import { t } from "../../text/text";
import { argumentsOf, commandOf, environmentVariablesOf, parametersOf } from "../arguments";
import { DescriptionEditor } from "./DescriptionEditor";
import { ErrorPanel } from "./ErrorPanel";
import { EventTimeline } from "./EventTimeline";
import styles from "./RunPage.module.css";
import { TagEditor } from "./TagEditor";
import { useRun } from "./useRun";

const TILES = 8;
const GIT_PREFIX = "azureml.git.";

export function OverviewTab() {
  const { data: run } = useRun();
  const workspace = useWorkspace();
  const events = useQuery({ ...runEventsQuery(workspace, run?.id ?? ""), enabled: run !== undefined });
  const metrics = useQuery({ ...runMetricsQuery(workspace, run?.id ?? ""), enabled: run !== undefined });
  if (!run) return null;
  const parameters = Object.entries(parametersOf(argumentsOf(run)));
  const variables = Object.entries(environmentVariablesOf(run));
  const properties = Object.entries(run.properties ?? {});
  const git = properties.filter(([name]) => name.startsWith(GIT_PREFIX)).map(([name, value]) => [name.slice(GIT_PREFIX.length), value] as const);
  const others = properties.filter(([name]) => !name.startsWith(GIT_PREFIX));
  const numbers = metrics.data?.metrics.filter((metric) => numberOf(metric.last) !== null && !isSystemMetric(metric.name)) ?? [];
  return (
    <div className={styles.body}>
      <ErrorPanel run={run} />
      <div className={styles.columns}>
        <div className={styles.stack}>
          {numbers.length > 0 && <MetricTiles run={run} metrics={numbers} />}
          <DescriptionEditor run={run} />
          <TagEditor run={run} />
          {parameters.length > 0 && (
            <Panel title={t("run.parameters")}>
              <FactList mono facts={parameters.map(([name, value]) => [name, value === "" ? t("run.parameters.set") : value] as const)} />
            </Panel>
          )}
          {others.length > 0 && (
            <Panel title={t("run.properties")}>
              <FactList mono facts={others} />
            </Panel>
          )}
        </div>
        <div className={styles.stack}>
          <Panel title={t("run.details")}>
            <Details run={run} />
          </Panel>
          <Panel title={t("run.events")}>
            {events.isError ? (
              <ErrorState error={events.error} onRetry={() => void events.refetch()} />
            ) : events.data ? (
              <EventTimeline events={events.data.events} />
            ) : (
              <Skeleton />
            )}
          </Panel>
          {git.length > 0 && (
            <Panel title={t("run.git")}>
              <FactList mono facts={git} />
            </Panel>
          )}
          {variables.length > 0 && (
            <Panel title={t("run.environmentVariables")}>
              <FactList mono facts={variables} />
            </Panel>
          )}
        </div>
      </div>
    </div>
  );
}

function MetricTiles({ run, metrics }: { run: Run; metrics: readonly MetricSummary[] }) {
  return (
    <Panel
      title={t("run.metricsNow")}
      actions={
        <Link to="/runs/$runId/metrics" params={{ runId: run.id }}>
          {t("run.metricsAll", { count: metrics.length })}
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
  const command = commandOf(run);
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
