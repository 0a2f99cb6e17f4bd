import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { experimentsQuery } from "../client/experiment";
import { runsQuery } from "../client/run";
import { useWorkspace } from "../client/workspace";
import { FirstRun } from "../components/FirstRun";
import { PageHeader } from "../components/PageHeader";
import { Panel } from "../components/Panel";
import { RelativeTime } from "../components/RelativeTime";
import { ErrorState, Skeleton } from "../components/states";
import { RunShortList } from "../runs/RunShortList";
import { t } from "../text/text";
import styles from "./HomePage.module.css";

const RECENT = 12;
const EXPERIMENTS = 8;

export function HomePage() {
  const workspace = useWorkspace();
  const recent = useQuery(runsQuery(workspace, { limit: RECENT }));
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
          <Panel title={t("home.recent")} flush actions={<Link to="/runs">{t("home.allRuns", { count: recent.data.total })}</Link>}>
            <RunShortList runs={recent.data.runs} label={t("home.recent")} />
          </Panel>
          <RecentExperiments workspace={workspace} />
        </div>
      )}
    </>
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
