import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { type ComputeTarget, computeTargetsQuery } from "../client/compute-target";
import { type Run, type RunQuery, runsQuery } from "../client/run";
import { useWorkspace } from "../client/workspace";
import { Checkbox } from "../components/fields";
import { formatCount } from "../components/format";
import { PageHeader } from "../components/PageHeader";
import { Panel } from "../components/Panel";
import { EmptyState, ErrorState, Skeleton } from "../components/states";
import { t } from "../text/text";
import { ComputeRuns } from "./ComputeRuns";
import styles from "./ComputePage.module.css";
import { NodeList } from "./NodeList";

const LIVE_STATUSES = ["NotStarted", "Queued", "Provisioning", "Preparing", "Starting", "Running", "Finalizing", "Paused", "NotResponding", "CancelRequested"] as const;
const SHOWN = 100;

/** Where scripts run, and what is queued or active there now. An ended run leaves, unless the reader wants those of the last day too. */
export function ComputePage() {
  const workspace = useWorkspace();
  const navigate = useNavigate();
  const { ended } = useSearch({ strict: false });
  const targets = useQuery(computeTargetsQuery(workspace));
  return (
    <>
      <PageHeader
        title={t("compute.title")}
        actions={<Checkbox label={t("compute.ended")} checked={ended === "1"} onChange={() => void navigate({ to: "/compute", search: ended === "1" ? {} : { ended: "1" }, replace: true })} />}
      />
      <div className={styles.body}>
        {targets.isError && !targets.data ? (
          <ErrorState error={targets.error} onRetry={() => void targets.refetch()} />
        ) : !targets.data ? (
          <Skeleton />
        ) : targets.data.compute_targets.length === 0 ? (
          <EmptyState icon="compute" title={t("compute.none")} />
        ) : (
          targets.data.compute_targets.map((target) => <Target key={target.name} target={target} withEnded={ended === "1"} />)
        )}
      </div>
    </>
  );
}

function Target({ target, withEnded }: { target: ComputeTarget; withEnded: boolean }) {
  const query: RunQuery = withEnded
    ? { filter: 'ended > "1 day ago" OR ended IS NULL', target: target.name, include_children: true, limit: SHOWN }
    : // As they were submitted: what runs, and then the queue in its order.
      { status: [...LIVE_STATUSES], target: target.name, include_children: true, order_by: "created_at", limit: SHOWN };
  const answer = useQuery({ ...runsQuery(useWorkspace(), query), placeholderData: (previous) => previous });
  return (
    <Panel
      title={target.name}
      flush
      actions={
        <Link to="/runs" search={{ q: `target:${JSON.stringify(target.name)}` }}>
          {t("compute.allRuns")}
        </Link>
      }
    >
      <dl className={styles.facts}>
        <Fact name={t("compute.engine")} value={target.engine} />
        <Fact name={t("compute.slots")} value={t("compute.slotsUsed", { used: formatCount(slotsUsed(target)), all: target.slots === null || target.slots === undefined ? "∞" : formatCount(target.slots) })} />
        {target.gpus ? <Fact name={t("compute.gpus")} value={t("compute.slotsUsed", { used: formatCount(target.gpus_used ?? 0), all: formatCount(target.gpus) })} /> : null}
        <Fact name={t("compute.active")} value={formatCount(target.active_runs)} />
        <Fact name={t("compute.queued")} value={formatCount(target.queued_runs)} />
      </dl>
      {target.nodes && target.nodes.length > 0 && <NodeList nodes={target.nodes} />}
      <h3 className={styles.title}>{t(withEnded ? "compute.runs.all" : "compute.runs.title")}</h3>
      <Runs answer={answer.data?.runs} error={answer.isError && !answer.data ? answer.error : null} total={answer.data?.total ?? 0} retry={() => void answer.refetch()} target={target.name} />
    </Panel>
  );
}

/** How many slots top-level runs have, of all workspaces. Children have slots of their own. */
function slotsUsed(target: ComputeTarget): number {
  return (target.nodes ?? []).flatMap((node) => node.places ?? []).filter((place) => place.depth === 0).length;
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function Runs({ answer, error, total, retry, target }: { answer: readonly Run[] | undefined; error: unknown; total: number; retry: () => void; target: string }) {
  if (error !== null) return <ErrorState error={error} onRetry={retry} />;
  if (answer === undefined) return <Skeleton />;
  if (answer.length === 0) {
    return (
      <EmptyState icon="compute" title={t("compute.idle.title")}>
        {t("compute.idle.body")}
      </EmptyState>
    );
  }
  return (
    <>
      <ComputeRuns runs={answer} label={t("compute.runsOn", { name: target })} />
      {total > answer.length && <p className={styles.more}>{t("compute.more", { shown: answer.length, count: total })}</p>}
    </>
  );
}
