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
    { label: t("column.status"), width: "136px", narrow: "38%" },
    { label: t("column.experiment"), width: "25%", wide: true },
    ...(withTarget ? [{ label: t("column.target"), width: "110px", wide: true }] : []),
    { label: t("column.created"), width: "128px", wide: true },
    { label: t("column.duration"), numeric: true, width: "124px", wide: true },
  ];
  return (
    <table className={`${tableStyles.table} ${tableStyles.fixed} ${tableStyles.inPanel}`}>
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
            <td className={tableStyles.wide}>
              <ExperimentLink run={run} />
            </td>
            {withTarget && <td className={tableStyles.wide}>{run.target}</td>}
            <td className={tableStyles.wide}>
              <RelativeTime at={run.created_at} />
            </td>
            <td className={`${tableStyles.numeric} ${tableStyles.wide}`}>
              <RunDuration run={run} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
