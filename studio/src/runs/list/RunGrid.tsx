import { type KeyboardEvent, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import fieldStyles from "../../components/fields.module.css";
import { formatCount } from "../../components/format";
import { t } from "../../text/text";
import { columnWidth } from "./cells";
import type { Column } from "./column";
import { GridHeader } from "./GridHeader";
import { GridRow } from "./GridRow";
import { columnWindow, movedRow, rowWindow, scrollToRow } from "./grid-window";
import styles from "./RunGrid.module.css";
import type { RunPages } from "./run-pages";

export const ROW_HEIGHT = 32;
const HEADER_HEIGHT = 36;
const SELECT_WIDTH = 40;

interface RunGridProps {
  label: string;
  pages: RunPages;
  columns: readonly Column[];
  sort: string;
  onSort: (field: string) => void;
  selected: ReadonlySet<string>;
  onSelect: (runIds: readonly string[], on: boolean) => void;
  onOpen: (runId: string, newTab: boolean) => void;
}

/**
 * The run table: draws only the rows and columns on the screen, in row elements that are used again.
 *
 * One tab stop; the arrow keys (or j and k) move the active row, x selects it, Enter opens it.
 */
export function RunGrid({ label, pages, columns, sort, onSort, selected, onSelect, onOpen }: RunGridProps) {
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, left: 0, width: 0, height: 0 });
  const [active, setActive] = useState(-1);
  const anchor = useRef(-1);
  const total = pages.total ?? 0;
  const nameWidth = view.width > 0 && view.width < 640 ? 160 : 260;
  const widths = useMemo(() => columns.map(columnWidth), [columns]);

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const measure = () => setView({ top: element.scrollTop, left: element.scrollLeft, width: element.clientWidth, height: element.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const bodyHeight = Math.max(ROW_HEIGHT, view.height - HEADER_HEIGHT);
  const rows = rowWindow(view.top, bodyHeight, ROW_HEIGHT, total);
  const shown = columnWindow(view.left, Math.max(0, view.width - SELECT_WIDTH - nameWidth), widths);
  const slots = Math.ceil(bodyHeight / ROW_HEIGHT) + 14;
  const totalWidth = SELECT_WIDTH + nameWidth + widths.reduce((sum, width) => sum + width, 0);
  const firstVisible = Math.floor(view.top / ROW_HEIGHT);
  const lastVisible = Math.ceil((view.top + bodyHeight) / ROW_HEIGHT);

  useEffect(() => {
    if (box.current && pages.sentToTop > 0) box.current.scrollTop = 0;
  }, [pages, pages.sentToTop]);
  useEffect(() => pages.show(firstVisible, lastVisible), [pages, firstVisible, lastVisible]);

  const toggle = (index: number, extend: boolean) => {
    const row = pages.rowAt(index);
    if (!row) return;
    const on = !selected.has(row.run.id);
    const from = extend && anchor.current >= 0 ? Math.min(anchor.current, index) : index;
    const to = extend && anchor.current >= 0 ? Math.max(anchor.current, index) : index;
    const ids = Array.from({ length: to - from + 1 }, (_, offset) => pages.rowAt(from + offset)?.run.id).filter((id) => id !== undefined);
    anchor.current = index;
    onSelect(ids, on);
  };

  const latestToggle = useRef(toggle);
  useEffect(() => {
    latestToggle.current = toggle;
  });
  // One function for the life of the grid, so that rows which did not change are not drawn again.
  const onToggle = useCallback((index: number, extend: boolean) => latestToggle.current(index, extend), []);

  const moveTo = (index: number) => {
    setActive(index);
    if (box.current) box.current.scrollTop = scrollToRow(index, box.current.scrollTop, bodyHeight, ROW_HEIGHT);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== box.current || event.altKey) return;
    const moved = movedRow(event.key, active, total, Math.max(1, Math.floor(bodyHeight / ROW_HEIGHT) - 1));
    const row = pages.rowAt(active);
    if (moved !== null && !(event.ctrlKey || event.metaKey)) moveTo(moved);
    else if ((event.key === "x" || event.key === " ") && row) toggle(active, event.shiftKey);
    else if ((event.key === "Enter" || event.key === "o") && row) onOpen(row.run.id, event.ctrlKey || event.metaKey);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div
      ref={box}
      role="grid"
      aria-label={label}
      aria-rowcount={pages.total === null ? -1 : total + 1}
      aria-colcount={columns.length + 2}
      aria-multiselectable="true"
      aria-busy={pages.total === null}
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
      <div className={styles.canvas} style={{ width: totalWidth, height: HEADER_HEIGHT + total * ROW_HEIGHT }}>
        <GridHeader columns={columns} widths={widths} shown={shown} nameWidth={nameWidth} sort={sort} onSort={onSort}>
          <SelectAll pages={pages} selected={selected} onSelect={onSelect} />
        </GridHeader>
        <div role="rowgroup">
          {Array.from({ length: Math.max(0, rows.last - rows.first + 1) }, (_, offset) => {
            const index = rows.first + offset;
            return (
              <GridRow
                // A slot, not the row: elements are used again while scrolling.
                key={index % slots}
                id={rowId(index)}
                index={index}
                top={HEADER_HEIGHT + index * ROW_HEIGHT}
                row={pages.rowAt(index)}
                columns={columns}
                widths={widths}
                shown={shown}
                nameWidth={nameWidth}
                active={index === active}
                selected={selected.has(pages.rowAt(index)?.run.id ?? "")}
                onToggle={onToggle}
                onActivate={setActive}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

function SelectAll({ pages, selected, onSelect }: Pick<RunGridProps, "pages" | "selected" | "onSelect">) {
  const ids = pages.loadedRows().map((row) => row.run.id);
  const count = ids.filter((id) => selected.has(id)).length;
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

function rowId(index: number): string {
  return `run-row-${index}`;
}

