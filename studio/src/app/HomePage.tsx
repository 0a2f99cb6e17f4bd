import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { experimentsQuery } from "../client/experiment";
import { type Run, type RunQuery, runsQuery } from "../client/run";
import { sessionQuery } from "../client/session";
import { useWorkspace } from "../client/workspace";
import { FirstRun } from "../components/FirstRun";
import { PageHeader } from "../components/PageHeader";
import { Panel } from "../components/Panel";
import { RelativeTime } from "../components/RelativeTime";
import { ErrorState, Skeleton } from "../components/states";
import { RunShortList } from "../runs/RunShortList";
import { PinnedViews } from "../runs/views/PinnedViews";
import { t } from "../text/text";
import styles from "./HomePage.module.css";

const RECENT = 12;
const MINE = 8;
const EXPERIMENTS = 8;
const ACTIVE = ["NotStarted", "Queued", "Provisioning", "Preparing", "Starting", "Running", "Finalizing", "Paused", "NotResponding", "CancelRequested"] as const;

export function HomePage() {
  const workspace = useWorkspace();
  const recent = useQuery(runsQuery(workspace, { limit: RECENT }));
  useFirstRunOpens(recent.data?.runs);
  return (
    <>
      <PageHeader title={t("home.title")} />
      {recent.isError && !recent.data ? (
        <ErrorState error={recent.error} onRetry={() => void recent.refetch()} />
      ) : !recent.data ? (
        <div className={styles.body}>
          <Skeleton lines={6} />
        </div>
      ) : recent.data.total === 0 ? (
        <FirstRun />
      ) : (
        <div className={styles.body}>
          <div className={styles.stack}>
            <Mine title={t("home.mineActive")} query={{ status: [...ACTIVE] }} />
            <Mine title={t("home.mineFailed")} query={{ status: ["Failed"], filter: 'created > "7 days ago"' }} />
            <Panel title={t("home.recent")} flush actions={<Link to="/runs">{t("home.allRuns", { count: recent.data.total })}</Link>}>
              <RunShortList runs={recent.data.runs} label={t("home.recent")} />
            </Panel>
          </div>
          <div className={styles.stack}>
            <PinnedViews />
            <RecentExperiments workspace={workspace} />
          </div>
        </div>
      )}
    </>
  );
}

/** Whoever looks at the page of an empty workspace is taken to the first run when it comes. */
function useFirstRunOpens(runs: readonly Run[] | undefined): void {
  const navigate = useNavigate();
  const wasEmpty = useRef(false);
  const first = runs?.length === 1 ? runs[0] : undefined;
  useEffect(() => {
    if (runs?.length === 0) wasEmpty.current = true;
    else if (wasEmpty.current && first) void navigate({ to: "/runs/$runId/metrics", params: { runId: first.id } });
  }, [runs, first, navigate]);
}

/** Runs of the reader's own; nothing at all when there are none. */
function Mine({ title, query }: { title: string; query: RunQuery }) {
  const { data: session } = useQuery(sessionQuery());
  const runs = useQuery({ ...runsQuery(useWorkspace(), { ...query, submitted_by: session?.user ?? "", limit: MINE }), enabled: session !== undefined });
  if (runs.isError && !runs.data) {
    return (
      <Panel title={title}>
        <ErrorState error={runs.error} onRetry={() => void runs.refetch()} />
      </Panel>
    );
  }
  if (!runs.data || runs.data.total === 0) return null;
  return (
    <Panel title={`${title} (${runs.data.total})`} flush>
      <RunShortList runs={runs.data.runs} label={title} />
    </Panel>
  );
}

function RecentExperiments({ workspace }: { workspace: string }) {
  const experiments = useInfiniteQuery(experimentsQuery(workspace, "ActiveOnly", ""));
  const shown = experiments.data?.pages[0]?.experiments.slice(0, EXPERIMENTS) ?? [];
  return (
    <Panel title={t("home.experiments")} actions={<Link to="/experiments">{t("experiments.all")}</Link>}>
      {experiments.isError && !experiments.data ? (
        <ErrorState error={experiments.error} onRetry={() => void experiments.refetch()} />
      ) : (
        <ul className={styles.experiments}>
          {shown.map((experiment) => (
            <li key={experiment.id}>
              <Link to="/experiments/$name" params={{ name: experiment.name }}>
                {experiment.name}
              </Link>
              <span className={styles.facts}>
                {experiment.active_run_count > 0 && <span className={styles.active}>{t("home.active", { count: experiment.active_run_count })}</span>}
                <span>{t("home.runs", { count: experiment.run_count })}</span>
                {experiment.last_run_at && <RelativeTime at={experiment.last_run_at} />}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
