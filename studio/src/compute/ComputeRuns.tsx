import { Link } from "@tanstack/react-router";
import { isCancellable, type Run } from "../client/run";
import { RunDuration } from "../components/RunDuration";
import { runColour } from "../components/run-colour";
import { StatusBadge } from "../components/StatusBadge";
import tableStyles from "../components/table.module.css";
import { CancelButton } from "../runs/page/CancelButton";
import { definitionOf } from "../runs/run-definition";
import { t } from "../text/text";
import styles from "./ComputePage.module.css";
import { nested } from "./nested-runs";

/** The runs on a target, each child under its parent, with why it waits and a way to stop it. */
export function ComputeRuns({ runs, label }: { runs: readonly Run[]; label: string }) {
  return (
    <table className={`${tableStyles.table} ${tableStyles.inPanel}`}>
      <caption className="visually-hidden">{label}</caption>
      <thead>
        <tr>
          <th scope="col">{t("column.name")}</th>
          <th scope="col">{t("column.status")}</th>
          <th scope="col">{t("compute.reason")}</th>
          <th scope="col">{t("column.experiment")}</th>
          <th scope="col">{t("compute.nodes")}</th>
          <th scope="col" className={tableStyles.numeric}>
            {t("column.duration")}
          </th>
          <th scope="col">
            <span className="visually-hidden">{t("compute.actions")}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {nested(runs).map(({ run, depth }) => (
          <tr key={run.id}>
            <th scope="row" style={{ paddingLeft: 16 + depth * 20 }}>
              <span className={styles.name}>
                <span className={styles.dot} style={{ background: runColour(run.id) }} />
                <Link to="/runs/$runId/overview" params={{ runId: run.id }} className={tableStyles.name}>
                  {run.display_name}
                </Link>
              </span>
            </th>
            <td>
              <StatusBadge status={run.status} plain />
            </td>
            <td className={styles.reason}>{run.status_reason ?? "–"}</td>
            <td>
              <Link to="/experiments/$name" params={{ name: run.experiment }}>
                {run.experiment}
              </Link>
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
