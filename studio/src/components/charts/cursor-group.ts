/** Where the pointer is in one chart, for the others beside it. */
export interface SharedCursor {
  /** Of the chart that has the pointer. */
  source: object;
  /** Which axis the value is on: charts with another axis stay as they are. Empty: a line is pointed at, and no place. */
  axis: string;
  x: number;
  /** The line that is pointed at. */
  lineId: string | null;
}

type Listener = (cursor: SharedCursor | null) => void;

/** The charts whose cursors move together. */
export class CursorGroup {
  private readonly listeners = new Set<Listener>();

  subscribe(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  tell(cursor: SharedCursor | null): void {
    for (const listener of this.listeners) listener(cursor);
  }
}

/** One page, one pointer: all charts of the page. */
export const pageCursor = new CursorGroup();
