import { useMemo } from "react";
import { t } from "../../text/text";
import { formatCount } from "../format";
import styles from "./CsvTable.module.css";
import { parseCsv, separatorOf } from "./csv-rows";

const ROWS_MAX = 1000;

/** A file of comma- or tab-separated values as a table. */
export function CsvTable({ text, label }: { text: string; label: string }) {
  const { head, rows, complete } = useMemo(() => parseCsv(text, separatorOf(text), ROWS_MAX), [text]);
  return (
    <div className={styles.box} tabIndex={0} role="region" aria-label={label}>
      <table className={styles.table}>
        <thead>
          <tr>
            {head.map((name, index) => (
              <th key={index} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>
              {row.map((cell, column) => (
                <td key={column} className={cell !== "" && !Number.isNaN(Number(cell)) ? styles.numeric : undefined}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {!complete && <p className={styles.more}>{t("files.rows", { count: formatCount(ROWS_MAX) })}</p>}
    </div>
  );
}
