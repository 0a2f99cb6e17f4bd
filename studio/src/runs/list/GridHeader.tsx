import { type DragEvent, type KeyboardEvent, memo, type PointerEvent, type ReactNode, useState } from "react";
import { Icon } from "../../components/Icon";
import { t } from "../../text/text";
import { columnLabel, isNumeric } from "./column-look";
import { type Column, columnToken, fieldOf } from "./column";
import { type ColumnWindow, pinnedLefts } from "./grid-window";
import styles from "./RunGrid.module.css";
import { limitedWidth } from "./run-view";
import { placeOf, pressed, sortKeys } from "./sort-key";

const KEY_STEP_PX = 16;
const DRAG_TYPE = "application/x-runyard-column";

export interface HeaderActions {
  /** Orders the list, by one field or several. */
  sort: (order: string) => void;
  /** `isDone` is false while the edge is still being dragged. */
  resize: (token: string, width: number, isDone: boolean) => void;
  /** Puts the column at `from` where the one at `to` is. */
  move: (from: number, to: number) => void;
}

interface GridHeaderProps {
  columns: readonly Column[];
  widths: readonly number[];
  shown: ColumnWindow;
  pinned: number;
  nameWidth: number;
  sort: string;
  actions: HeaderActions;
  /** The box that selects all. */
  children: ReactNode;
}

/** The heads of the columns. Drawn again only for what they show, whatever happens below them. */
export const GridHeader = memo(function GridHeader({ columns, widths, shown, pinned, nameWidth, sort, actions, children }: GridHeaderProps) {
  const lefts = pinnedLefts(nameWidth, widths, pinned);
  const cell = (column: Column, at: number, left?: number) => (
    <HeadCell
      key={columnToken(column)}
      token={columnToken(column)}
      {...columnLabel(column)}
      field={fieldOf(column)}
      at={at}
      left={left}
      width={widths[at] ?? 0}
      numeric={isNumeric(column)}
      sort={sort}
      actions={actions}
      last={left === undefined && at === columns.length - 1}
      count={columns.length}
    />
  );
  return (
    <div role="rowgroup" className={styles.head}>
      <div role="row" aria-rowindex={1} className={styles.headRow}>
        <div role="columnheader" aria-colindex={1} className={`${styles.cell} ${styles.select}`}>
          {children}
        </div>
        <HeadCell token="name" label={t("column.name")} detail={null} field="name" at={-1} width={nameWidth} numeric={false} sort={sort} actions={actions} isName count={columns.length} />
        {columns.slice(0, pinned).map((column, at) => cell(column, at, lefts[at]))}
        <span className={styles.gap} style={{ width: shown.before }} role="presentation" />
        {columns.slice(pinned + shown.first, pinned + shown.end).map((column, offset) => cell(column, pinned + shown.first + offset))}
      </div>
    </div>
  );
});

interface HeadCellProps {
  token: string;
  label: string;
  detail: string | null;
  field: string | null;
  /** Place among the columns; -1 for the name. */
  at: number;
  count: number;
  left?: number;
  width: number;
  numeric: boolean;
  sort: string;
  actions: HeaderActions;
  isName?: boolean;
  last?: boolean;
}

function HeadCell({ token, label, detail, field, at, count, left, width, numeric, sort, actions, isName = false, last = false }: HeadCellProps) {
  const [isTarget, setTarget] = useState(false);
  const place = field === null ? null : placeOf(sort, field);
  const sorted = place === null ? "none" : place.isDown ? "descending" : "ascending";
  const keys = sortKeys(sort).length;
  const name = detail ? `${label} (${detail})` : label;
  const text = (
    <>
      <span className={styles.label}>{label}</span>
      {detail && <span className={styles.detail}>{detail}</span>}
      {sorted !== "none" && <Icon name={sorted === "ascending" ? "arrowUp" : "arrowDown"} size={12} />}
      {place !== null && keys > 1 && (
        <span className={styles.sortPlace} role="img" aria-label={t("grid.sortPlace", { place: place.at + 1, count: keys })}>
          {place.at + 1}
        </span>
      )}
    </>
  );
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step === undefined) return;
    if (event.altKey) actions.resize(token, limitedWidth(width + step * KEY_STEP_PX), true);
    else if (event.ctrlKey && !isName && at + step >= 0 && at + step < count) actions.move(at, at + step);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const dragged = (event: DragEvent) => Number(event.dataTransfer.getData(DRAG_TYPE));
  return (
    <div
      role="columnheader"
      aria-colindex={at + 3}
      aria-sort={field === null ? undefined : sorted}
      className={`${styles.cell} ${numeric ? styles.numeric : ""} ${isName ? styles.name : ""} ${left === undefined ? "" : styles.pinned} ${last ? styles.last : ""} ${isTarget ? styles.dropTarget : ""}`}
      style={{ width, left }}
      title={name}
      draggable={!isName}
      onDragStart={(event) => event.dataTransfer.setData(DRAG_TYPE, String(at))}
      onDragOver={(event) => {
        if (isName || !event.dataTransfer.types.includes(DRAG_TYPE)) return;
        event.preventDefault();
        setTarget(true);
      }}
      onDragLeave={() => setTarget(false)}
      onDrop={(event) => {
        setTarget(false);
        event.preventDefault();
        if (!isName) actions.move(dragged(event), at);
      }}
      onKeyDown={onKeyDown}
    >
      {field === null ? (
        <span className={styles.headText}>{text}</span>
      ) : (
        <button type="button" className={styles.sort} aria-description={t("grid.headKeys")} onClick={(event) => actions.sort(pressed(sort, field, event.shiftKey))}>
          {text}
        </button>
      )}
      <ResizeEdge width={width} onResize={(next, isDone) => actions.resize(token, next, isDone)} />
    </div>
  );
}

/** The edge that is dragged to make a column wider. With the keyboard: Alt and the arrows on the column's head. */
function ResizeEdge({ width, onResize }: { width: number; onResize: (width: number, isDone: boolean) => void }) {
  const onPointerDown = (event: PointerEvent<HTMLSpanElement>) => {
    event.preventDefault();
    event.stopPropagation();
    const edge = event.currentTarget;
    const start = event.clientX;
    const widthAt = (move: globalThis.PointerEvent) => limitedWidth(width + move.clientX - start);
    const onMove = (move: globalThis.PointerEvent) => onResize(widthAt(move), false);
    const onUp = (up: globalThis.PointerEvent) => {
      edge.removeEventListener("pointermove", onMove);
      onResize(widthAt(up), true);
    };
    edge.setPointerCapture(event.pointerId);
    edge.addEventListener("pointermove", onMove);
    edge.addEventListener("pointerup", onUp, { once: true });
  };
  return <span className={styles.edge} aria-hidden="true" draggable onDragStart={(event) => event.preventDefault()} onPointerDown={onPointerDown} />;
}
