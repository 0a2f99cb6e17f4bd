import { useRouter } from "@tanstack/react-router";
import { type KeyboardEvent, type UIEvent, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { useWorkspace } from "../../client/workspace";
import fieldStyles from "../../components/fields.module.css";
import { formatCount } from "../../components/format";
import { t } from "../../text/text";
import { columnWidth } from "./column-look";
import { type Column, columnToken } from "./column";
import { GridHeader, type HeaderActions } from "./GridHeader";
import { GridBody, type RowActions } from "./grid-body";
import { opens } from "./grid-item";
import { type ColumnWindow, columnWindow, movedRow, SELECT_WIDTH, scrollToRow } from "./grid-window";
import type { EditedCell, RowFrame } from "./row-blank";
import styles from "./RunGrid.module.css";
import type { RunRow } from "./run-row";
import type { Density } from "./run-view";
import { useGridPlace } from "./useGridPlace";
import type { GridLines } from "./useLines";
import { WindowTeller } from "./window-teller";

const ROW_HEIGHTS: Readonly<Record<Density, number>> = { compact: 24, normal: 32, roomy: 40 };
const HEADER_HEIGHT = 36;
/** Below this width of the list nothing but the name is pinned. */
const NARROW_PX = 640;

interface RunGridProps {
  label: string;
  /** Names what is listed: a list of another name begins at its top. */
  name: string;
  lines: GridLines;
  columns: readonly Column[];
  /** The run whose children are listed, by its name. */
  above?: string | undefined;
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
export function RunGrid({ label, name, lines, columns, above, sort, density, chosenWidths, pinned: wantedPins, header, selected, onSelect, onOpen, onEdit, onMenu }: RunGridProps) {
  const box = useRef<HTMLDivElement>(null);
  const host = useRef<HTMLDivElement>(null);
  const body = useRef<GridBody>(null);
  // Nearly the size of the window, so that what is drawn before it is measured is mostly what will stay.
  const [size, setSize] = useState(() => ({ width: window.innerWidth, height: window.innerHeight }));
  /** How far it is scrolled, as its last event said: to ask the element is to have the page laid out. */
  const scrolled = useRef(0);
  const [left, setLeft] = useState(0);
  const [active, setActive] = useState(-1);
  const [dragged, setDragged] = useState<Readonly<Record<string, number>>>({});
  const anchor = useRef(-1);
  const total = lines.total ?? 0;
  const rowHeight = ROW_HEIGHTS[density];
  const bodyHeight = Math.max(rowHeight, size.height - HEADER_HEIGHT);
  const isNarrow = size.width < NARROW_PX;
  const nameWidth = dragged.name ?? (isNarrow ? Math.min(chosenWidths.name ?? 180, 180) : (chosenWidths.name ?? 280));
  const widths = useSame(columns.map((column) => dragged[columnToken(column)] ?? chosenWidths[columnToken(column)] ?? columnWidth(column)), isSameList);
  const totalWidth = SELECT_WIDTH + nameWidth + widths.reduce((sum, width) => sum + width, 0);
  // Where all columns have room nothing is scrolled sideways, and nothing has to stay: a cell that could costs work at every frame.
  const isWide = totalWidth > size.width;
  const pinned = isNarrow || !isWide ? 0 : Math.min(wantedPins, columns.length);
  const shownAt = (scrollLeft: number): ColumnWindow => {
    const pinnedWidth = widths.slice(0, pinned).reduce((sum, width) => sum + width, 0);
    return columnWindow(scrollLeft, Math.max(0, size.width - SELECT_WIDTH - nameWidth - pinnedWidth), widths.slice(pinned));
  };
  const shown = useSame(shownAt(left), isSame);
  const frame = useMemo<RowFrame>(() => ({ columns, widths, shown, pinned, nameWidth, height: rowHeight, top: HEADER_HEIGHT, above: above ?? null }), [columns, widths, shown, pinned, nameWidth, rowHeight, above]);
  const rowAtTop = (scrollTop: number) => Math.floor(scrollTop / rowHeight);

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const measure = () => {
      const { clientWidth: width, clientHeight: height } = element;
      setSize((known) => (known.width === width && known.height === height ? known : { width, height }));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const scrollTo = (top: number) => {
    if (!box.current) return;
    box.current.scrollTop = top;
    scrolled.current = box.current.scrollTop;
  };
  const { sentToTop } = lines.pages;
  const topOf = useRef({ name, sentToTop });
  useLayoutEffect(() => {
    if (topOf.current.name === name && topOf.current.sentToTop === sentToTop) return;
    topOf.current = { name, sentToTop };
    setActive(-1);
    scrollTo(0);
  }, [name, sentToTop]);
  const teller = useMemo(() => new WindowTeller((first, last) => lines.show(first, last)), [lines]);
  useEffect(() => () => teller.close(), [teller]);
  const tell = (scrollTop: number) => teller.moved(rowAtTop(scrollTop), rowAtTop(scrollTop) + Math.ceil(bodyHeight / rowHeight) + 1);
  useEffect(() => tell(scrolled.current), [teller, total, bodyHeight, rowHeight]); // eslint-disable-line react-hooks/exhaustive-deps
  const onScroll = (event: UIEvent<HTMLDivElement>) => {
    // Read before anything is written: afterwards it would have to be laid out first.
    const { scrollTop, scrollLeft } = event.currentTarget;
    // First what is asked for: it is on its way while what is there is drawn.
    scrolled.current = scrollTop;
    tell(scrollTop);
    body.current?.scrolledTo(scrollTop);
    // What is drawn anew by React is the head, and only when other columns come into sight.
    if (!isSame(shownAt(scrollLeft), shown)) setLeft(scrollLeft);
  };

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
  const router = useRouter();
  const page = { to: "/runs/$runId/overview" } as const;
  const actions = useStable<RowActions>({
    toggle,
    activate: setActive,
    open: (index) => lines.toggle(index),
    edit,
    menu,
    follow: (index) => {
      const row = rowAt(index);
      if (row) onOpen(row.run.id, false);
    },
    prepare: () => void router.preloadRoute({ ...page, params: { runId: "any" } }),
  });
  const workspace = useWorkspace();
  const hrefOf = useMemo(() => {
    // The search parameters that stay with the reader are the same in all links: built once, and not a row.
    const [before, after] = router.buildLocation({ ...page, params: { runId: "RUN" } }).href.split("RUN");
    return (runId: string) => `${before}${encodeURIComponent(runId)}${after}`;
  }, [router, workspace]); // eslint-disable-line react-hooks/exhaustive-deps
  const headerActions = useStable<HeaderActions>({
    ...header,
    resize: (token, width, isDone) => {
      setDragged(isDone ? {} : { [token]: width });
      if (isDone) header.resize(token, width, true);
    },
  });

  const { select } = useStable({ select: onSelect });
  const selectAll = useMemo(() => <SelectAll lines={lines} selected={selected} onSelect={select} />, [lines, selected, select]);

  useLayoutEffect(() => {
    if (!host.current || !box.current) return undefined;
    const made = new GridBody(host.current, box.current, hrefOf, actions);
    body.current = made;
    return () => made.close();
  }, [hrefOf, actions]);
  // Rows that have come are drawn without React: what is around them does not change with them.
  useLayoutEffect(() => lines.subscribe(() => body.current?.drawNews()), [lines]);
  useLayoutEffect(() => body.current?.update({ frame, lines, viewHeight: bodyHeight, scrollTop: scrolled.current, active, selected }));

  const moveTo = (index: number) => {
    setActive(index);
    scrollTo(scrollToRow(index, box.current?.scrollTop ?? 0, bodyHeight, rowHeight));
  };
  useGridPlace(box, lines, active, moveTo);
  const editActive = (cell: EditedCell) => {
    const element = body.current?.elementOf(active, cell);
    if (element) edit(active, cell, element);
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
      ContextMenu: () => menu(active, body.current?.elementOf(active, "name") ?? event.currentTarget),
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
      tabIndex={0}
      data-grid
      className={`${styles.grid} ${isWide ? styles.wide : ""}`}
      onKeyDown={onKeyDown}
      onFocus={(event) => {
        if (event.target === box.current && active < 0 && total > 0) setActive(rowAtTop(box.current?.scrollTop ?? 0));
      }}
      onScroll={onScroll}
    >
      <div className={styles.canvas} style={{ width: totalWidth, height: HEADER_HEIGHT + total * rowHeight, "--row-height": `${rowHeight}px` }}>
        <GridHeader columns={columns} widths={widths} shown={shown} pinned={pinned} nameWidth={nameWidth} sort={sort} actions={headerActions}>
          {selectAll}
        </GridHeader>
        <div role="rowgroup" ref={host} />
      </div>
    </div>
  );
}

/** The last value for as long as it says the same: what is made of it is not made anew. */
function useSame<Value>(value: Value, isSameAs: (one: Value, other: Value) => boolean): Value {
  const last = useRef(value);
  if (!isSameAs(value, last.current)) last.current = value;
  return last.current;
}

function isSameList(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((each, at) => each === other[at]);
}

function isSame(one: ColumnWindow, other: ColumnWindow): boolean {
  return one.first === other.first && one.end === other.end && one.before === other.before;
}

function SelectAll({ lines, selected, onSelect }: Pick<RunGridProps, "lines" | "selected" | "onSelect">) {
  const version = useSyncExternalStore(lines.subscribe, lines.getVersion);
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
