import type { ReactNode } from "react";
import { Icon } from "../../components/Icon";
import { t } from "../../text/text";
import { columnLabel, isNumeric } from "./cells";
import { type Column, columnToken, sortField } from "./column";
import type { ColumnWindow } from "./grid-window";
import styles from "./RunGrid.module.css";

interface GridHeaderProps {
  columns: readonly Column[];
  widths: readonly number[];
  shown: ColumnWindow;
  nameWidth: number;
  sort: string;
  onSort: (field: string) => void;
  /** The box that selects all. */
  children: ReactNode;
}

export function GridHeader({ columns, widths, shown, nameWidth, sort, onSort, children }: GridHeaderProps) {
  return (
    <div role="rowgroup" className={styles.head}>
      <div role="row" aria-rowindex={1} className={styles.headRow}>
        <div role="columnheader" aria-colindex={1} className={`${styles.cell} ${styles.select}`}>
          {children}
        </div>
        <HeadCell label={t("column.name")} detail={null} field="display_name" index={2} width={nameWidth} numeric={false} sort={sort} onSort={onSort} pinned />
        <span className={styles.gap} style={{ width: shown.before }} role="presentation" />
        {columns.slice(shown.first, shown.end).map((column, offset) => (
          <HeadCell
            key={columnToken(column)}
            {...columnLabel(column)}
            field={sortField(column)}
            index={shown.first + offset + 3}
            width={widths[shown.first + offset] ?? 0}
            numeric={isNumeric(column)}
            sort={sort}
            onSort={onSort}
            last={shown.first + offset === columns.length - 1}
          />
        ))}
      </div>
    </div>
  );
}

interface HeadCellProps {
  label: string;
  detail: string | null;
  field: string | null;
  index: number;
  width: number;
  numeric: boolean;
  sort: string;
  onSort: (field: string) => void;
  pinned?: boolean;
  last?: boolean;
}

function HeadCell({ label, detail, field, index, width, numeric, sort, onSort, pinned = false, last = false }: HeadCellProps) {
  const sorted = field === null ? "none" : sort === field ? "ascending" : sort === `-${field}` ? "descending" : "none";
  const text = (
    <>
      <span className={styles.label}>{label}</span>
      {detail && <span className={styles.detail}>{detail}</span>}
      {sorted !== "none" && <Icon name={sorted === "ascending" ? "arrowUp" : "arrowDown"} size={12} />}
    </>
  );
  return (
    <div
      role="columnheader"
      aria-colindex={index}
      aria-sort={field === null ? undefined : sorted}
      className={`${styles.cell} ${numeric ? styles.numeric : ""} ${pinned ? styles.name : ""} ${last ? styles.last : ""}`}
      style={{ width }}
      title={detail ? `${label} (${detail})` : label}
    >
      {field === null ? (
        <span className={styles.headText}>{text}</span>
      ) : (
        <button type="button" className={styles.sort} onClick={() => onSort(sorted === "descending" ? field : `-${field}`)}>
          {text}
        </button>
      )}
    </div>
  );
}
