import { memo, type ReactNode, useLayoutEffect, useMemo, useRef, useState } from "react";
import styles from "./VirtualRows.module.css";

export interface VirtualRow {
  key: string;
  top: number;
  height: number;
}

interface VirtualRowsProps<Row extends VirtualRow> {
  /** From top to bottom. */
  rows: readonly Row[];
  height: number;
  children: (row: Row) => ReactNode;
}

/** So much is ready above and below what is on the screen, in screens. */
const MARGIN = 0.75;

/** Rows of known heights in a page that scrolls: only those on the screen and near it exist. One that has the focus stays. */
export function VirtualRows<Row extends VirtualRow>({ rows, height, children }: VirtualRowsProps<Row>) {
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, bottom: 0 });
  const [focused, setFocused] = useState<string | null>(null);

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const scroller = scrollParent(element);
    let [start, screen] = [0, 0];
    const follow = () => {
      const margin = screen * MARGIN;
      const top = scroller.scrollTop - start;
      const next = { top: top - margin, bottom: top + screen + margin };
      // Rows are added and taken away in steps, and not with every pixel.
      setView((before) => (Math.abs(before.top - next.top) < margin / 3 && Math.abs(before.bottom - next.bottom) < margin / 3 ? before : next));
    };
    const measure = () => {
      start = element.getBoundingClientRect().top - scroller.getBoundingClientRect().top + scroller.scrollTop;
      screen = scroller.clientHeight;
      follow();
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(scroller);
    // What stands above may grow.
    if (element.parentElement) observer.observe(element.parentElement);
    scroller.addEventListener("scroll", follow, { passive: true });
    return () => {
      observer.disconnect();
      scroller.removeEventListener("scroll", follow);
    };
  }, []);

  const shown = useMemo(() => visibleRows(rows, view.top, view.bottom, focused), [rows, view, focused]);
  return (
    <div
      ref={box}
      className={styles.box}
      style={{ height }}
      onFocus={(event) => setFocused(event.target.closest<HTMLElement>("[data-row]")?.dataset.row ?? null)}
      onBlur={() => setFocused(null)}
    >
      {shown.map((row) => (
        <OneRow key={row.key} row={row} content={children as (row: VirtualRow) => ReactNode} />
      ))}
    </div>
  );
}

/** While the page scrolls rows come and go; those that stay are not drawn anew. */
const OneRow = memo(function OneRow({ row, content }: { row: VirtualRow; content: (row: VirtualRow) => ReactNode }) {
  return (
    <div data-row={row.key} className={styles.row} style={{ top: row.top, height: row.height }}>
      {content(row)}
    </div>
  );
});

/** The rows that touch the part from `top` to `bottom`, and the one named `kept`. */
export function visibleRows<Row extends VirtualRow>(rows: readonly Row[], top: number, bottom: number, kept: string | null): Row[] {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const row = rows[middle];
    if (row && row.top + row.height < top) low = middle + 1;
    else high = middle;
  }
  let end = low;
  while (end < rows.length && (rows[end]?.top ?? Number.POSITIVE_INFINITY) <= bottom) end += 1;
  const shown = rows.slice(low, end);
  const missing = kept === null || shown.some((row) => row.key === kept) ? undefined : rows.find((row) => row.key === kept);
  return missing ? [...shown, missing] : shown;
}

function scrollParent(element: HTMLElement): HTMLElement {
  for (let each = element.parentElement; each; each = each.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(each).overflowY)) return each;
  }
  return document.documentElement;
}
