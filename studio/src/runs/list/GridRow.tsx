import { Link } from "@tanstack/react-router";
import { memo, type MouseEvent } from "react";
import { IconButton } from "../../components/Button";
import { CutText } from "../../components/CutText";
import fieldStyles from "../../components/fields.module.css";
import { formatCount } from "../../components/format";
import { Icon } from "../../components/Icon";
import { runColour } from "../../components/run-colour";
import { t } from "../../text/text";
import { CellContent, GroupCell, isNumeric } from "./cells";
import { type Column, columnToken } from "./column";
import { type GridItem, opens } from "./grid-item";
import type { ColumnWindow } from "./grid-window";
import type { Line } from "./line-list";
import styles from "./RunGrid.module.css";
import type { RunRow } from "./run-row";

export type EditedCell = "name" | "tags" | "description";

/** What the reader can do in a row. */
export interface RowActions {
  toggle: (index: number, extend: boolean) => void;
  activate: (index: number) => void;
  open: (index: number) => void;
  edit: (index: number, cell: EditedCell, anchor: Element) => void;
  menu: (index: number, anchor: Element) => void;
}

export interface GridRowProps {
  id: string;
  index: number;
  top: number;
  height: number;
  line: Line<GridItem> | undefined;
  columns: readonly Column[];
  widths: readonly number[];
  shown: ColumnWindow;
  /** Columns that stay beside the name; {@link shown} counts from them on. */
  pinned: number;
  nameWidth: number;
  active: boolean;
  selected: boolean;
  actions: RowActions;
}

/** One row. What does not show in it is left out of the comparison. */
export const GridRow = memo(drawRow, (before, after) => {
  return (
    before.index === after.index &&
    before.top === after.top &&
    before.line?.item === after.line?.item &&
    before.line?.isOpen === after.line?.isOpen &&
    before.active === after.active &&
    before.selected === after.selected &&
    before.columns === after.columns &&
    before.widths === after.widths &&
    before.nameWidth === after.nameWidth &&
    before.pinned === after.pinned &&
    before.shown.first === after.shown.first &&
    before.shown.end === after.shown.end
  );
});

function drawRow({ id, index, top, height, line, columns, widths, shown, pinned, nameWidth, active, selected, actions }: GridRowProps) {
  const item = line?.item;
  const run = item?.kind === "run" ? item.row.run : null;
  const lefts = pinnedLefts(nameWidth, widths, pinned);
  return (
    <div
      role="row"
      id={id}
      aria-rowindex={index + 2}
      aria-selected={run ? selected : undefined}
      aria-level={line ? line.depth + 1 : undefined}
      aria-expanded={line && opens(line.item) ? line.isOpen : undefined}
      className={`${styles.row} ${active ? styles.active : ""} ${selected ? styles.selected : ""} ${item?.kind === "group" ? styles.group : ""}`}
      style={{ transform: `translateY(${top}px)`, height }}
      onMouseDown={() => actions.activate(index)}
      onContextMenu={(event) => {
        if (!run) return;
        event.preventDefault();
        actions.menu(index, event.currentTarget);
      }}
    >
      <div role="gridcell" aria-colindex={1} className={`${styles.cell} ${styles.select}`}>
        {run && (
          <input
            type="checkbox"
            tabIndex={-1}
            className={fieldStyles.box}
            aria-label={t("grid.select", { name: run.display_name })}
            checked={selected}
            onClick={(event) => actions.toggle(index, event.shiftKey)}
            onChange={() => undefined}
          />
        )}
      </div>
      <div role="gridcell" aria-colindex={2} className={`${styles.cell} ${styles.name}`} style={{ width: nameWidth }}>
        {line ? <NameCell line={line} index={index} actions={actions} /> : <span className={styles.pending} />}
      </div>
      {columns.slice(0, pinned).map((column, at) => (
        <DataCell key={columnToken(column)} column={column} at={at} width={widths[at] ?? 0} left={lefts[at]} item={item} index={index} actions={actions} />
      ))}
      <span className={styles.gap} style={{ width: shown.before }} role="presentation" />
      {columns.slice(pinned + shown.first, pinned + shown.end).map((column, offset) => {
        const at = pinned + shown.first + offset;
        return <DataCell key={columnToken(column)} column={column} at={at} width={widths[at] ?? 0} last={at === columns.length - 1} item={item} index={index} actions={actions} />;
      })}
    </div>
  );
}

interface DataCellProps {
  column: Column;
  at: number;
  width: number;
  left?: number;
  last?: boolean;
  item: GridItem | undefined;
  index: number;
  actions: RowActions;
}

function DataCell({ column, at, width, left, last = false, item, index, actions }: DataCellProps) {
  const edited = column.kind === "plain" && (column.key === "tags" || column.key === "description") ? column.key : null;
  return (
    <div
      role="gridcell"
      aria-colindex={at + 3}
      data-cell={edited ?? undefined}
      className={`${styles.cell} ${isNumeric(column) ? styles.numeric : ""} ${last ? styles.last : ""} ${left === undefined ? "" : styles.pinned}`}
      style={{ width, left }}
      onDoubleClick={edited ? (event) => actions.edit(index, edited, event.currentTarget) : undefined}
    >
      {item ? (
        <>
          <span className={styles.text}>{item.kind === "run" ? <CellContent column={column} row={item.row} /> : <GroupCell column={column} group={item.group} />}</span>
          {edited && item.kind === "run" && <EditButton cell={edited} index={index} actions={actions} />}
        </>
      ) : (
        <span className={styles.pending} />
      )}
    </div>
  );
}

function NameCell({ line, index, actions }: { line: Line<GridItem>; index: number; actions: RowActions }) {
  const { item, depth, isOpen } = line;
  const name = item.kind === "run" ? item.row.run.display_name : item.group.values.map((value) => value ?? t("group.none")).join(" · ");
  return (
    <>
      <span className={styles.indent} style={{ width: depth * 16 }} />
      {opens(item) ? (
        <button type="button" tabIndex={-1} className={styles.opener} aria-label={isOpen ? t("grid.close", { name }) : t("grid.open", { name })} onClick={() => actions.open(index)}>
          <Icon name={isOpen ? "chevronDown" : "chevronRight"} size={12} />
        </button>
      ) : (
        <span className={styles.noOpener} />
      )}
      {item.kind === "run" ? <RunName row={item.row} index={index} actions={actions} /> : <GroupName name={name} count={item.group.count} />}
    </>
  );
}

function GroupName({ name, count }: { name: string; count: number }) {
  return (
    <>
      <span className={styles.groupName} title={name}>
        {name}
      </span>
      <span className={styles.childMark}>{formatCount(count)}</span>
    </>
  );
}

function RunName({ row: { run }, index, actions }: { row: RunRow; index: number; actions: RowActions }) {
  const anchorOf = (event: MouseEvent) => event.currentTarget.closest("[role=gridcell]") ?? event.currentTarget;
  return (
    <>
      <span className={styles.dot} style={{ background: runColour(run.id) }} />
      <Link to="/runs/$runId/overview" params={{ runId: run.id }} tabIndex={-1} className={styles.link} title={run.display_name} aria-label={run.display_name} data-cell="name">
        <CutText text={run.display_name} />
      </Link>
      {run.parent_id && <span className={styles.childMark} data-child>{t("run.child")}</span>}
      <span className={styles.rowTools}>
        <IconButton icon="edit" tabIndex={-1} label={t("grid.rename", { name: run.display_name })} onClick={(event) => actions.edit(index, "name", anchorOf(event))} />
        <IconButton icon="dots" tabIndex={-1} label={t("grid.menu", { name: run.display_name })} onClick={(event) => actions.menu(index, event.currentTarget)} />
      </span>
    </>
  );
}

function EditButton({ cell, index, actions }: { cell: "tags" | "description"; index: number; actions: RowActions }) {
  return (
    <span className={styles.rowTools}>
      <IconButton icon="edit" tabIndex={-1} label={t(`grid.edit.${cell}`)} onClick={(event) => actions.edit(index, cell, event.currentTarget.closest("[role=gridcell]") ?? event.currentTarget)} />
    </span>
  );
}

/** Where the pinned columns stay: from the left, after the box and the name. */
export function pinnedLefts(nameWidth: number, widths: readonly number[], pinned: number): number[] {
  let left = SELECT_WIDTH + nameWidth;
  return widths.slice(0, pinned).map((width) => {
    const at = left;
    left += width;
    return at;
  });
}

export const SELECT_WIDTH = 40;
