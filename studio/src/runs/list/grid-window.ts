/** Which rows and columns of a grid are on the screen. Pure arithmetic, so that it is tested without one. */

const OVERSCAN_ROWS = 4;
/** Width of the column of boxes. */
export const SELECT_WIDTH = 40;

export interface RowWindow {
  first: number;
  last: number;
}

/** How many rows are drawn at once, wherever the list stands: those that a view of this height can show, and some beyond its edges. */
export function drawnRows(viewHeight: number, rowHeight: number): number {
  return Math.ceil(viewHeight / rowHeight) + 1 + 2 * OVERSCAN_ROWS;
}

/** The rows to draw, {@link drawnRows} of them; `last` is below `first` when there are none. */
export function rowWindow(scrollTop: number, viewHeight: number, rowHeight: number, total: number): RowWindow {
  const drawn = drawnRows(viewHeight, rowHeight);
  const first = Math.min(Math.max(0, Math.floor(scrollTop / rowHeight) - OVERSCAN_ROWS), Math.max(0, total - drawn));
  return { first, last: Math.min(total, first + drawn) - 1 };
}

/** Of the drawn rows those that are on the screen. */
export function visibleRows({ first, last }: RowWindow, scrollTop: number, viewHeight: number, rowHeight: number): RowWindow {
  return { first: Math.max(first, Math.floor(scrollTop / rowHeight)), last: Math.min(last, Math.floor((scrollTop + viewHeight) / rowHeight)) };
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

export interface ColumnWindow {
  first: number;
  /** Exclusive. */
  end: number;
  /** Width of what is left out before `first`. */
  before: number;
  after: number;
}

/** The scrolling columns to draw. Those left out are replaced by space of the same width. */
export function columnWindow(scrollLeft: number, viewWidth: number, widths: readonly number[]): ColumnWindow {
  let left = 0;
  let first = 0;
  while (first < widths.length && left + (widths[first] ?? 0) < scrollLeft) {
    left += widths[first] ?? 0;
    first += 1;
  }
  const before = left;
  let end = first;
  while (end < widths.length && left < scrollLeft + viewWidth) {
    left += widths[end] ?? 0;
    end += 1;
  }
  const after = widths.slice(end).reduce((sum, width) => sum + width, 0);
  return { first, end, before, after };
}

/** The scroll position that brings a row into sight with the least movement. */
export function scrollToRow(row: number, scrollTop: number, viewHeight: number, rowHeight: number): number {
  const top = row * rowHeight;
  if (top < scrollTop) return top;
  return top + rowHeight > scrollTop + viewHeight ? top + rowHeight - viewHeight : scrollTop;
}

/** Where a key moves the active row to; null when the key does not move it. */
export function movedRow(key: string, active: number, total: number, pageRows: number): number | null {
  const moves: Readonly<Record<string, number>> = {
    ArrowDown: active + 1,
    j: active + 1,
    ArrowUp: active - 1,
    k: active - 1,
    PageDown: active + pageRows,
    PageUp: active - pageRows,
    Home: 0,
    End: total - 1,
  };
  const row = moves[key];
  return row === undefined || total === 0 ? null : Math.min(total - 1, Math.max(0, row));
}
