import { type KeyboardEvent, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import fieldStyles from "../../components/fields.module.css";
import { formatCount } from "../../components/format";
import { t } from "../../text/text";
import { columnWidth } from "./cells";
import { type Column, columnToken } from "./column";
import { GridHeader, type HeaderActions } from "./GridHeader";
import { type EditedCell, GridRow, type RowActions, SELECT_WIDTH } from "./GridRow";
import { opens } from "./grid-item";
import { columnWindow, movedRow, rowWindow, scrollToRow } from "./grid-window";
import styles from "./RunGrid.module.css";
import type { RunRow } from "./run-row";
import type { Density } from "./run-view";
import type { GridLines } from "./useLines";

const ROW_HEIGHTS: Readonly<Record<Density, number>> = { compact: 24, normal: 32, roomy: 40 };
const HEADER_HEIGHT = 36;
/** Below this width of the list nothing but the name is pinned. */
const NARROW_PX = 640;

interface RunGridProps {
  label: string;
  lines: GridLines;
  columns: readonly Column[];
  sort: string;
  density: Density;
  chosenWidths: Readonly<Record<string, number>>;
  pinned: number;
  header: HeaderActions;
  selected: ReadonlySet<string>;
  onSelect: (runIds: readonly string[], on: boolean) => void;
  onOpen: (runId: string, newTab: boolean) => void;
  onEdit: (row: RunRow, cell: EditedCell, anchor: Element) => void;
  onMenu: (row: RunRow, anchor: Element) => void;
}

/**
 * The run table: draws only the rows and columns on the screen, in row elements that are used again.
 *
 * One tab stop; the arrow keys (or j and k) move the active row, right and left open and close it, x selects it, Ctrl+A selects all that is
 * loaded, Enter opens its page, F2, t and e edit it, and the menu key shows what else can be done.
 */
export function RunGrid({ label, lines, columns, sort, density, chosenWidths, pinned: wantedPins, header, selected, onSelect, onOpen, onEdit, onMenu }: RunGridProps) {
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, left: 0, width: 0, height: 0 });
  const [active, setActive] = useState(-1);
  const [dragged, setDragged] = useState<Readonly<Record<string, number>>>({});
  const anchor = useRef(-1);
  const total = lines.total ?? 0;
  const rowHeight = ROW_HEIGHTS[density];
  const isNarrow = view.width > 0 && view.width < NARROW_PX;
  const nameWidth = dragged.name ?? (isNarrow ? Math.min(chosenWidths.name ?? 180, 180) : (chosenWidths.name ?? 280));
  const pinned = isNarrow ? 0 : Math.min(wantedPins, columns.length);
  const widths = useMemo(() => columns.map((column) => dragged[columnToken(column)] ?? chosenWidths[columnToken(column)] ?? columnWidth(column)), [columns, chosenWidths, dragged]);

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const measure = () => setView({ top: element.scrollTop, left: element.scrollLeft, width: element.clientWidth, height: element.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const bodyHeight = Math.max(rowHeight, view.height - HEADER_HEIGHT);
  const rows = rowWindow(view.top, bodyHeight, rowHeight, total);
  const pinnedWidth = widths.slice(0, pinned).reduce((sum, width) => sum + width, 0);
  const scrolling = useMemo(() => widths.slice(pinned), [widths, pinned]);
  const shown = columnWindow(view.left, Math.max(0, view.width - SELECT_WIDTH - nameWidth - pinnedWidth), scrolling);
  const slots = Math.ceil(bodyHeight / rowHeight) + 14;
  const totalWidth = SELECT_WIDTH + nameWidth + widths.reduce((sum, width) => sum + width, 0);
  const firstVisible = Math.floor(view.top / rowHeight);
  const lastVisible = Math.ceil((view.top + bodyHeight) / rowHeight);

  const { sentToTop } = lines.pages;
  useEffect(() => {
    if (box.current && sentToTop > 0) box.current.scrollTop = 0;
  }, [sentToTop]);
  useEffect(() => lines.show(firstVisible, lastVisible), [lines, firstVisible, lastVisible]);

  const rowAt = (index: number): RunRow | null => {
    const item = lines.lineAt(index)?.item;
    return item?.kind === "run" ? item.row : null;
  };
  const toggle = (index: number, extend: boolean) => {
    const row = rowAt(index);
    if (!row) return;
    const on = !selected.has(row.run.id);
    const from = extend && anchor.current >= 0 ? Math.min(anchor.current, index) : index;
    const to = extend && anchor.current >= 0 ? Math.max(anchor.current, index) : index;
    const ids = Array.from({ length: to - from + 1 }, (_, offset) => rowAt(from + offset)?.run.id).filter((id) => id !== undefined);
    anchor.current = index;
    onSelect(ids, on);
  };
  const edit = (index: number, cell: EditedCell, element: Element) => {
    const row = rowAt(index);
    if (row) onEdit(row, cell, element);
  };
  const menu = (index: number, element: Element) => {
    const row = rowAt(index);
    if (row) onMenu(row, element);
  };
  const actions = useStable<RowActions>({ toggle, activate: setActive, open: (index) => lines.toggle(index), edit, menu });
  const headerActions = useStable<HeaderActions>({
    ...header,
    resize: (token, width, isDone) => {
      setDragged(isDone ? {} : { [token]: width });
      if (isDone) header.resize(token, width, true);
    },
  });

  const moveTo = (index: number) => {
    setActive(index);
    if (box.current) box.current.scrollTop = scrollToRow(index, box.current.scrollTop, bodyHeight, rowHeight);
  };
  const editActive = (cell: EditedCell) => {
    const element = document.getElementById(rowId(active));
    const found = element?.querySelector(`[data-cell="${cell}"]`) ?? element;
    if (found) edit(active, cell, found);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== box.current || event.altKey) return;
    const withCtrl = event.ctrlKey || event.metaKey;
    const line = lines.lineAt(active);
    const commands: Readonly<Record<string, () => void>> = {
      x: () => toggle(active, event.shiftKey),
      " ": () => toggle(active, event.shiftKey),
      X: () => toggle(active, true),
      F2: () => editActive("name"),
      t: () => editActive("tags"),
      e: () => editActive("description"),
      ContextMenu: () => menu(active, document.querySelector(`#${rowId(active)} [data-cell="name"]`) ?? event.currentTarget),
      ArrowRight: () => line && opens(line.item) && !line.isOpen && lines.toggle(active),
      ArrowLeft: () => (line?.isOpen ? lines.toggle(active) : line && line.depth > 0 && moveTo(parentOf(lines, active))),
      Enter: () => openActive(withCtrl),
      o: () => openActive(withCtrl),
    };
    const moved = movedRow(event.key, active, total, Math.max(1, Math.floor(bodyHeight / rowHeight) - 1));
    if (moved !== null && (!withCtrl || event.key === "Home" || event.key === "End")) {
      if (event.shiftKey && active >= 0) extendTo(moved);
      moveTo(moved);
    } else if (withCtrl && event.key === "a") onSelect(loadedIds(lines), true);
    else if (event.shiftKey && event.key === "F10") commands.ContextMenu?.();
    else if (line && commands[event.key] && (!withCtrl || event.key === "Enter")) commands[event.key]?.();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const openActive = (newTab: boolean) => {
    const row = rowAt(active);
    if (row) onOpen(row.run.id, newTab);
    else lines.toggle(active);
  };
  /** Shift and an arrow: what is passed over becomes selected. */
  const extendTo = (index: number) => {
    const [from, to] = [Math.min(active, index), Math.max(active, index)];
    anchor.current = active;
    onSelect(
      Array.from({ length: to - from + 1 }, (_, offset) => rowAt(from + offset)?.run.id).filter((id) => id !== undefined),
      true,
    );
  };

  return (
    <div
      ref={box}
      role="treegrid"
      aria-label={label}
      aria-rowcount={lines.total === null ? -1 : total + 1}
      aria-colcount={columns.length + 2}
      aria-multiselectable="true"
      aria-busy={lines.total === null}
      aria-activedescendant={active >= rows.first && active <= rows.last ? rowId(active) : undefined}
      tabIndex={0}
      data-grid
      className={styles.grid}
      onKeyDown={onKeyDown}
      onFocus={(event) => {
        if (event.target === box.current && active < 0 && total > 0) setActive(firstVisible);
      }}
      onScroll={(event) => {
        const { scrollTop: top, scrollLeft: left } = event.currentTarget;
        setView((before) => ({ ...before, top, left }));
      }}
    >
      <div className={styles.canvas} style={{ width: totalWidth, height: HEADER_HEIGHT + total * rowHeight }}>
        <GridHeader columns={columns} widths={widths} shown={shown} pinned={pinned} nameWidth={nameWidth} sort={sort} actions={headerActions}>
          <SelectAll lines={lines} selected={selected} onSelect={onSelect} />
        </GridHeader>
        <div role="rowgroup">
          {Array.from({ length: Math.max(0, rows.last - rows.first + 1) }, (_, offset) => {
            const index = rows.first + offset;
            const line = lines.lineAt(index);
            return (
              <GridRow
                // A slot, not the row: elements are used again while scrolling.
                key={index % slots}
                id={rowId(index)}
                index={index}
                top={HEADER_HEIGHT + index * rowHeight}
                height={rowHeight}
                line={line}
                columns={columns}
                widths={widths}
                shown={shown}
                pinned={pinned}
                nameWidth={nameWidth}
                active={index === active}
                selected={line?.item.kind === "run" && selected.has(line.item.row.run.id)}
                actions={actions}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

function SelectAll({ lines, selected, onSelect }: Pick<RunGridProps, "lines" | "selected" | "onSelect">) {
  const { version } = lines;
  // The lines are the same object for as long as the list is; their version says when they changed.
  const ids = useMemo(() => loadedIds(lines), [lines, version]); // eslint-disable-line react-hooks/exhaustive-deps
  const count = useMemo(() => ids.filter((id) => selected.has(id)).length, [ids, selected]);
  const all = ids.length > 0 && count === ids.length;
  return (
    <input
      type="checkbox"
      className={fieldStyles.box}
      aria-label={t("grid.selectLoaded", { count: ids.length })}
      title={t("grid.selectLoaded", { count: formatCount(ids.length) })}
      checked={all}
      ref={(element) => {
        if (element) element.indeterminate = count > 0 && !all;
      }}
      onChange={() => onSelect(ids, !all)}
    />
  );
}

/** Functions for the life of the grid, so that rows which did not change are not drawn again; each does what it does in the last drawing. */
function useStable<Actions extends { [name in keyof Actions]: (...values: never[]) => void }>(actions: Actions): Actions {
  const latest = useRef(actions);
  useLayoutEffect(() => {
    latest.current = actions;
  });
  const make = useCallback((): Actions => {
    const stable = { ...actions };
    for (const name in stable) stable[name] = ((...values: never[]) => latest.current[name](...values)) as Actions[typeof name];
    return stable;
  }, []); // eslint-disable-line react-hooks/exhaustive-deps
  return useMemo(make, [make]);
}

export function loadedIds(lines: GridLines): string[] {
  return lines.loaded().flatMap((item) => (item.kind === "run" ? [item.row.run.id] : []));
}

/** The line that the one at `index` lies below. */
function parentOf(lines: GridLines, index: number): number {
  const depth = lines.lineAt(index)?.depth ?? 0;
  let at = index;
  while (at > 0 && (lines.lineAt(at)?.depth ?? depth) >= depth) at -= 1;
  return at;
}

function rowId(index: number): string {
  return `run-row-${index}`;
}
