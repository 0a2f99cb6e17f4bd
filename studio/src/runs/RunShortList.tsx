import { Link } from "@tanstack/react-router";
import type { Run } from "../client/run";
import { RelativeTime } from "../components/RelativeTime";
import { RunDuration } from "../components/RunDuration";
import { runColour } from "../components/run-colour";
import { StatusBadge } from "../components/StatusBadge";
import tableStyles from "../components/table.module.css";
import { t } from "../text/text";
import styles from "./RunShortList.module.css";

/** A few runs as a plain table. The run grid is for many. */
export function RunShortList({ runs, label, withTarget = false }: { runs: readonly Run[]; label: string; withTarget?: boolean }) {
  return (
    <table className={`${tableStyles.table} ${tableStyles.inPanel}`}>
      <caption className="visually-hidden">{label}</caption>
      <thead>
        <tr>
          <th scope="col">{t("column.name")}</th>
          <th scope="col">{t("column.status")}</th>
          <th scope="col">{t("column.experiment")}</th>
          {withTarget && <th scope="col">{t("column.target")}</th>}
          <th scope="col">{t("column.created")}</th>
          <th scope="col" className={tableStyles.numeric}>
            {t("column.duration")}
          </th>
        </tr>
      </thead>
      <tbody>
        {runs.map((run) => (
          <tr key={run.id}>
            <th scope="row">
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
            <td>
              <Link to="/experiments/$name" params={{ name: run.experiment }}>
                {run.experiment}
              </Link>
            </td>
            {withTarget && <td>{run.target}</td>}
            <td>
              <RelativeTime at={run.created_at} />
            </td>
            <td className={tableStyles.numeric}>
              <RunDuration run={run} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
