import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { computeTargetsQuery } from "../client/compute-target";
import { runsQuery } from "../client/run";
import { useWorkspace } from "../client/workspace";
import { formatCount } from "../components/format";
import { PageHeader } from "../components/PageHeader";
import { Panel } from "../components/Panel";
import { EmptyState, ErrorState, Skeleton } from "../components/states";
import tableStyles from "../components/table.module.css";
import { RunShortList } from "../runs/RunShortList";
import { quotedValue } from "../runs/query-text";
import { t } from "../text/text";
import styles from "./ComputePage.module.css";

const LIVE_STATUSES = ["NotStarted", "Queued", "Provisioning", "Preparing", "Starting", "Running", "Finalizing", "Paused", "NotResponding", "CancelRequested"] as const;
const SHOWN = 100;

/** Where scripts run, and what is queued or running there now. */
export function ComputePage() {
  const workspace = useWorkspace();
  const targets = useQuery(computeTargetsQuery(workspace));
  const live = useQuery(runsQuery(workspace, { status: [...LIVE_STATUSES], include_children: true, limit: SHOWN }));
  return (
    <>
      <PageHeader title={t("compute.title")} />
      <div className={styles.body}>
        <Panel title={t("compute.targets")} flush>
          {targets.isError && !targets.data ? (
            <ErrorState error={targets.error} onRetry={() => void targets.refetch()} />
          ) : !targets.data ? (
            <Skeleton />
          ) : targets.data.compute_targets.length === 0 ? (
            <EmptyState icon="compute" title={t("compute.none")} />
          ) : (
            <table className={`${tableStyles.table} ${tableStyles.inPanel}`}>
              <thead>
                <tr>
                  <th scope="col">{t("column.target")}</th>
                  <th scope="col">{t("compute.engine")}</th>
                  <th scope="col">{t("compute.state")}</th>
                  <th scope="col" className={tableStyles.numeric}>
                    {t("compute.active")}
                  </th>
                  <th scope="col" className={tableStyles.numeric}>
                    {t("compute.queued")}
                  </th>
                </tr>
              </thead>
              <tbody>
                {targets.data.compute_targets.map((target) => (
                  <tr key={target.name}>
                    <th scope="row">
                      <Link to="/runs" search={{ q: `target = ${quotedValue(target.name)}` }} className={tableStyles.name}>
                        {target.name}
                      </Link>
                    </th>
                    <td>{target.engine}</td>
                    <td>{target.state}</td>
                    <td className={tableStyles.numeric}>{formatCount(target.active_runs)}</td>
                    <td className={tableStyles.numeric}>{formatCount(target.queued_runs)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </Panel>
        <Panel title={t("compute.now")} flush>
          {live.isError && !live.data ? (
            <ErrorState error={live.error} onRetry={() => void live.refetch()} />
          ) : !live.data ? (
            <Skeleton />
          ) : live.data.runs.length === 0 ? (
            <EmptyState icon="compute" title={t("compute.idle.title")}>
              {t("compute.idle.body")}
            </EmptyState>
          ) : (
            <RunShortList runs={live.data.runs} label={t("compute.now")} withTarget />
          )}
        </Panel>
      </div>
    </>
  );
}
