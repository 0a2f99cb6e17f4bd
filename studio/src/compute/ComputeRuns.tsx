import { Fragment } from "react";
import { isCancellable, type Run } from "../client/run";
import { TableHead } from "../components/Listing";
import { RunDuration } from "../components/RunDuration";
import { StatusBadge } from "../components/StatusBadge";
import tableStyles from "../components/table.module.css";
import { CancelButton } from "../runs/page/CancelButton";
import { ExperimentLink, RunLink } from "../runs/RunLink";
import { definitionOf } from "../runs/run-definition";
import { t } from "../text/text";
import styles from "./ComputePage.module.css";
import { nested } from "./nested-runs";

/** The runs on a target, each child under its parent, with why it waits and a way to stop it. */
export function ComputeRuns({ runs, label }: { runs: readonly Run[]; label: string }) {
  // In a narrow window the names take the room of a column in which nothing would stand.
  const canStop = runs.some(isCancellable);
  const heads = [
    { label: t("column.name") },
    { label: t("column.status"), width: "136px", narrow: "31%" },
    { label: t("column.experiment"), width: "24%", wide: true },
    { label: t("compute.nodes"), width: "224px", wide: true },
    { label: t("column.duration"), numeric: true, width: "104px", wide: true },
    ...(canStop ? [{ label: t("compute.actions"), hidden: true, width: "136px", narrow: "30%" }] : []),
  ];
  return (
    <table className={`${tableStyles.table} ${tableStyles.fixed} ${tableStyles.inPanel}`}>
      <caption className="visually-hidden">{label}</caption>
      <TableHead heads={heads} />
      <tbody>
        {nested(runs).map(({ run, depth, above }) => (
          <Fragment key={run.id}>
            <tr data-explained={Boolean(run.status_reason)}>
              <th scope="row" className={styles.nested} style={{ "--depth": depth }}>
                <RunLink run={run} above={above?.display_name} />
              </th>
              <td>
                <StatusBadge status={run.status} plain />
              </td>
              <td className={tableStyles.wide}>
                <ExperimentLink run={run} />
              </td>
              <td className={tableStyles.wide}>{nodesText(run)}</td>
              <td className={`${tableStyles.numeric} ${tableStyles.wide}`}>
                <RunDuration run={run} />
              </td>
              {canStop && <td className={tableStyles.actions}>{isCancellable(run) && <CancelButton run={run} />}</td>}
            </tr>
            {run.status_reason && (
              <tr className={styles.reason}>
                <td colSpan={3} className={styles.nested} style={{ "--depth": depth }}>
                  <span className="visually-hidden">{t("compute.reason")}: </span>
                  {run.status_reason}
                </td>
                <td colSpan={3} className={tableStyles.wide} />
              </tr>
            )}
          </Fragment>
        ))}
      </tbody>
    </table>
  );
}

function nodesText(run: Run): string {
  const group = definitionOf(run)?.group;
  return group ? t("run.environment.processes", { kind: group.kind, nodes: group.nodes, processes: group.processes }) : t("compute.oneProcess");
}
