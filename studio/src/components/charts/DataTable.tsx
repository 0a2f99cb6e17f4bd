import { type MetricValue, numberOf } from "../../client/metric";
import { t } from "../../text/text";
import { formatMetric } from "../format";
import styles from "./DataTable.module.css";

const MAX_ROWS = 1000;

/** Columns of logged values as a table: the readable twin of a chart. */
export function DataTable({ columns, label }: { columns: Readonly<Record<string, readonly MetricValue[]>>; label: string }) {
  const names = Object.keys(columns);
  const textual = new Set(names.filter((name) => columns[name]?.some((value) => value !== null && numberOf(value) === null)));
  const rowCount = Math.max(0, ...Object.values(columns).map((values) => values.length));
  return (
    <div className={styles.box} tabIndex={0} role="region" aria-label={label}>
      <table className={styles.table}>
        <thead>
          <tr>
            {names.map((name) => (
              <th key={name} scope="col" className={textual.has(name) ? styles.textual : undefined}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {Array.from({ length: Math.min(rowCount, MAX_ROWS) }, (_, row) => (
            <tr key={row}>
              {names.map((name) => (
                <td key={name} className={textual.has(name) ? styles.textual : undefined}>
                  {cellText(columns[name]?.[row])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rowCount > MAX_ROWS && <p className={styles.more}>{t("table.more", { shown: MAX_ROWS, count: rowCount })}</p>}
    </div>
  );
}

function cellText(value: MetricValue | undefined): string {
  if (value === undefined || value === null) return "–";
  const number = numberOf(value);
  return number === null ? String(value) : formatMetric(number);
}
