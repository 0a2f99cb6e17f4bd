import { useMemo } from "react";
import { type MetricValue, numberOf } from "../../client/metric";
import { t } from "../../text/text";
import { formatMetric } from "../format";
import { Icon } from "../Icon";
import { type VirtualRow, VirtualRows } from "../VirtualRows";
import styles from "./LoggedTable.module.css";
import { type Columns, columnWidths, nextTableSort, parseTableSort, rowOrder } from "./table-order";

const ROW_HEIGHT = 28;

interface LoggedTableProps {
  label: string;
  columns: Columns;
  /** As `parseTableSort` reads it. */
  sort: string | undefined;
  onSort: (sort: string | undefined) => void;
}

/** A table of any length: sorted by its heads, and only the rows in sight exist. */
export function LoggedTable({ label, columns, sort, onSort }: LoggedTableProps) {
  const names = Object.keys(columns);
  const sorted = parseTableSort(sort, columns);
  const rows = useMemo(
    () => rowOrder(columns, parseTableSort(sort, columns)).map((row, place): VirtualRow & { row: number; place: number } => ({ key: String(row), top: place * ROW_HEIGHT, height: ROW_HEIGHT, row, place })),
    [columns, sort],
  );
  const template = useMemo(() => columnWidths(columns, cellText).map((width) => `minmax(${width}ch, ${width}fr)`).join(" "), [columns]);
  const textual = useMemo(() => new Set(names.filter((name) => columns[name]?.some((value) => value !== null && numberOf(value) === null))), [columns]);
  const grid = { gridTemplateColumns: template };
  return (
    <div className={styles.box} tabIndex={0} role="region" aria-label={label}>
      <div role="table" aria-label={label} aria-rowcount={rows.length + 1} aria-colcount={names.length} className={styles.table}>
        <div role="row" aria-rowindex={1} className={styles.head} style={grid}>
          {names.map((name) => {
            const direction = sorted?.column !== name ? "none" : sorted.descending ? "descending" : "ascending";
            return (
              <div key={name} role="columnheader" aria-sort={direction} className={textual.has(name) ? styles.textual : undefined}>
                <button type="button" title={t("tables.sort", { name })} onClick={() => onSort(nextTableSort(sorted, name))}>
                  <span>{name}</span>
                  {direction !== "none" && <Icon name={direction === "ascending" ? "arrowUp" : "arrowDown"} size={12} />}
                </button>
              </div>
            );
          })}
        </div>
        <VirtualRows rows={rows} height={rows.length * ROW_HEIGHT}>
          {({ row, place }) => (
            <div role="row" aria-rowindex={place + 2} className={styles.row} style={grid}>
              {names.map((name) => {
                const text = cellText(columns[name]?.[row]);
                return (
                  <div key={name} role="cell" title={text} className={`${styles.cell} ${textual.has(name) ? styles.textual : ""}`}>
                    {text}
                  </div>
                );
              })}
            </div>
          )}
        </VirtualRows>
      </div>
    </div>
  );
}

function cellText(value: MetricValue | undefined): string {
  if (value === undefined || value === null) return "–";
  const number = numberOf(value);
  return number === null ? String(value) : formatMetric(number);
}
