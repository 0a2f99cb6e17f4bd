import { Link } from "@tanstack/react-router";
import { memo } from "react";
import fieldStyles from "../../components/fields.module.css";
import { runColour } from "../../components/run-colour";
import { t } from "../../text/text";
import { CellContent, isNumeric } from "./cells";
import { type Column, columnToken } from "./column";
import type { ColumnWindow } from "./grid-window";
import styles from "./RunGrid.module.css";
import type { RunRow } from "./run-pages";

interface GridRowProps {
  id: string;
  index: number;
  top: number;
  row: RunRow | undefined;
  columns: readonly Column[];
  widths: readonly number[];
  shown: ColumnWindow;
  nameWidth: number;
  active: boolean;
  selected: boolean;
  onToggle: (index: number, extend: boolean) => void;
  onActivate: (index: number) => void;
}

/** One row. What does not show in it is left out of the comparison. */
export const GridRow = memo(drawRow, (before, after) => {
  return (
    before.index === after.index &&
    before.row === after.row &&
    before.active === after.active &&
    before.selected === after.selected &&
    before.columns === after.columns &&
    before.nameWidth === after.nameWidth &&
    before.shown.first === after.shown.first &&
    before.shown.end === after.shown.end
  );
});

function drawRow({ id, index, top, row, columns, widths, shown, nameWidth, active, selected, onToggle, onActivate }: GridRowProps) {
  return (
    <div
      role="row"
      id={id}
      aria-rowindex={index + 2}
      aria-selected={selected}
      className={`${styles.row} ${active ? styles.active : ""} ${selected ? styles.selected : ""}`}
      style={{ transform: `translateY(${top}px)` }}
      onMouseDown={() => onActivate(index)}
    >
      <div role="gridcell" aria-colindex={1} className={`${styles.cell} ${styles.select}`}>
        {row && (
          <input
            type="checkbox"
            tabIndex={-1}
            className={fieldStyles.box}
            aria-label={t("grid.select", { name: row.run.display_name })}
            checked={selected}
            onClick={(event) => onToggle(index, event.shiftKey)}
            onChange={() => undefined}
          />
        )}
      </div>
      <div role="gridcell" aria-colindex={2} className={`${styles.cell} ${styles.name}`} style={{ width: nameWidth }}>
        {row ? <NameCell row={row} /> : <span className={styles.pending} />}
      </div>
      <span className={styles.gap} style={{ width: shown.before }} role="presentation" />
      {columns.slice(shown.first, shown.end).map((column, offset) => (
        <div
          key={columnToken(column)}
          role="gridcell"
          aria-colindex={shown.first + offset + 3}
          className={`${styles.cell} ${isNumeric(column) ? styles.numeric : ""} ${shown.first + offset === columns.length - 1 ? styles.last : ""}`}
          style={{ width: widths[shown.first + offset] }}
        >
          {row ? (
            <span className={styles.text}>
              <CellContent column={column} row={row} />
            </span>
          ) : (
            <span className={styles.pending} />
          )}
        </div>
      ))}
    </div>
  );
}

function NameCell({ row: { run } }: { row: RunRow }) {
  return (
    <>
      <span className={styles.dot} style={{ background: runColour(run.id) }} />
      <Link to="/runs/$runId/overview" params={{ runId: run.id }} tabIndex={-1} className={styles.link} title={run.display_name}>
        {run.display_name}
      </Link>
      {run.parent_id && <span className={styles.childMark} data-child>{t("run.child")}</span>}
    </>
  );
}
