import type { Run } from "../client/run";
import { TableHead } from "../components/Listing";
import { RelativeTime } from "../components/RelativeTime";
import { RunDuration } from "../components/RunDuration";
import { StatusBadge } from "../components/StatusBadge";
import tableStyles from "../components/table.module.css";
import { t } from "../text/text";
import { ExperimentLink, RunLink } from "./RunLink";

/** A few runs as a plain table. The run grid is for many. */
export function RunShortList({ runs, label, withTarget = false }: { runs: readonly Run[]; label: string; withTarget?: boolean }) {
  const heads = [
    { label: t("column.name") },
    { label: t("column.status") },
    { label: t("column.experiment") },
    ...(withTarget ? [{ label: t("column.target") }] : []),
    { label: t("column.created") },
    { label: t("column.duration"), numeric: true },
  ];
  return (
    <table className={`${tableStyles.table} ${tableStyles.inPanel}`}>
      <caption className="visually-hidden">{label}</caption>
      <TableHead heads={heads} />
      <tbody>
        {runs.map((run) => (
          <tr key={run.id}>
            <th scope="row">
              <RunLink run={run} />
            </th>
            <td>
              <StatusBadge status={run.status} plain />
            </td>
            <td>
              <ExperimentLink run={run} />
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
