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
  const heads = [
    { label: t("column.name") },
    { label: t("column.status") },
    { label: t("compute.reason") },
    { label: t("column.experiment") },
    { label: t("compute.nodes") },
    { label: t("column.duration"), numeric: true },
    { label: t("compute.actions"), hidden: true },
  ];
  return (
    <table className={`${tableStyles.table} ${tableStyles.inPanel}`}>
      <caption className="visually-hidden">{label}</caption>
      <TableHead heads={heads} />
      <tbody>
        {nested(runs).map(({ run, depth }) => (
          <tr key={run.id}>
            <th scope="row" style={{ paddingLeft: 16 + depth * 20 }}>
              <RunLink run={run} />
            </th>
            <td>
              <StatusBadge status={run.status} plain />
            </td>
            <td className={styles.reason}>{run.status_reason ?? "–"}</td>
            <td>
              <ExperimentLink run={run} />
            </td>
            <td>{nodesText(run)}</td>
            <td className={tableStyles.numeric}>
              <RunDuration run={run} />
            </td>
            <td>{isCancellable(run) && <CancelButton run={run} />}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function nodesText(run: Run): string {
  const group = definitionOf(run)?.group;
  return group ? t("run.environment.processes", { kind: group.kind, nodes: group.nodes, processes: group.processes }) : t("compute.oneProcess");
}
