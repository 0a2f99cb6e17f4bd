export interface Answer<Item> {
  items: Item[];
  total: number;
}

export type ReadPage<Item> = (offset: number, limit: number, signal: AbortSignal) => Promise<Answer<Item>>;

export const PAGE_ROWS = 100;
/** Pages kept besides those on the screen, so that scrolling back shows rows at once and memory stays flat. */
const PAGES_KEPT = 20;

interface Page<Item> {
  items: Item[];
  stale: boolean;
}

/**
 * The items of a list of any length, read page by page as they come into sight.
 *
 * While the reader is away from the top of a newest-first list, new items are counted in `held` and not inserted, so that no row moves under
 * the pointer; {@link showNew} lets them in.
 */
export class Pages<Item> {
  total: number | null = null;
  held = 0;
  error: unknown = null;
  /** Counts how often {@link error} changed. */
  faults = 0;
  /** Counts how often the reader was sent to the top. */
  sentToTop = 0;
  /** Grows with every change, for `useSyncExternalStore`. */
  version = 0;

  private readonly pages = new Map<number, Page<Item>>();
  private readonly reading = new Map<number, AbortController>();
  private readonly listeners = new Set<() => void>();
  private firstRow = 0;
  private lastRow = PAGE_ROWS - 1;
  /** Counts what made pages stale: one that was asked for before the last is stale when it comes. */
  private renewals = 0;

  constructor(
    private readonly read: ReadPage<Item>,
    private readonly newestFirst: boolean,
  ) {}

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  getVersion = (): number => this.version;

  at(index: number): Item | undefined {
    return this.pages.get(Math.floor(index / PAGE_ROWS))?.items[index % PAGE_ROWS];
  }

  /** The items that are in memory, in order, each with its index. */
  loaded(): [number, Item][] {
    const pages = [...this.pages.entries()].sort(([left], [right]) => left - right);
    return pages.flatMap(([number, page]) => page.items.map((item, place): [number, Item] => [number * PAGE_ROWS + place, item]));
  }

  /** Says which rows are on the screen: reads what is missing of them, and gives up reading what has left it. */
  show(firstRow: number, lastRow: number): void {
    this.firstRow = Math.max(0, firstRow);
    this.lastRow = Math.max(this.firstRow, lastRow);
    const wanted = this.wantedPages();
    for (const [index, controller] of this.reading) {
      if (wanted.includes(index)) continue;
      controller.abort();
      this.reading.delete(index);
    }
    for (const index of wanted) {
      const page = this.pages.get(index);
      if ((page === undefined || page.stale) && !this.reading.has(index)) void this.readPage(index);
    }
  }

  /** Something changed on the server: what is on the screen is read again, and the rest when it is looked at. */
  refresh(): void {
    this.outdate();
    this.show(this.firstRow, this.lastRow);
  }

  /** Puts newer items in the places of those that they are of; nothing moves. `newerOf` gives undefined for an item that stays. */
  replace(newerOf: (item: Item) => Item | undefined): void {
    let isChanged = false;
    for (const page of this.pages.values()) {
      page.items = page.items.map((item) => {
        const newer = newerOf(item);
        isChanged ||= newer !== undefined;
        return newer ?? item;
      });
    }
    if (isChanged) this.changed();
  }

  /** Lets the held items in, and starts from the top. */
  showNew(): void {
    this.held = 0;
    this.sentToTop += 1;
    this.firstRow = 0;
    this.lastRow = PAGE_ROWS - 1;
    this.outdate();
    this.show(this.firstRow, this.lastRow);
    this.changed();
  }

  retry(): void {
    this.fail(null);
    this.changed();
    this.show(this.firstRow, this.lastRow);
  }

  close(): void {
    for (const controller of this.reading.values()) controller.abort();
    this.reading.clear();
  }

  private outdate(): void {
    this.renewals += 1;
    for (const page of this.pages.values()) page.stale = true;
  }

  private wantedPages(): number[] {
    const last = this.total === null ? this.firstRow : Math.min(this.lastRow, this.total - 1);
    const from = Math.floor(this.firstRow / PAGE_ROWS);
    const to = Math.max(from, Math.floor(last / PAGE_ROWS));
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  }

  private async readPage(index: number): Promise<void> {
    const controller = new AbortController();
    this.reading.set(index, controller);
    const { renewals } = this;
    try {
      const answer = await this.read(index * PAGE_ROWS + this.held, PAGE_ROWS, controller.signal);
      if (controller.signal.aborted) return;
      this.reading.delete(index);
      this.accept(index, answer, renewals !== this.renewals);
    } catch (error) {
      if (controller.signal.aborted) return;
      this.reading.delete(index);
      this.fail(error);
      this.changed();
    }
  }

  private accept(index: number, answer: Answer<Item>, stale: boolean): void {
    const arrived = this.total === null ? 0 : answer.total - this.held - this.total;
    this.fail(null);
    if (arrived > 0 && this.newestFirst && this.firstRow > 0) {
      // The rows of this answer are shifted by what has arrived: hold that back and read the page again where it now is.
      this.held += arrived;
      void this.readPage(index);
      this.changed();
      return;
    }
    this.total = Math.max(0, answer.total - this.held);
    this.pages.set(index, { items: answer.items, stale });
    this.forgetFarPages();
    this.changed();
    this.show(this.firstRow, this.lastRow);
  }

  private fail(error: unknown): void {
    if (this.error === error) return;
    this.error = error;
    this.faults += 1;
  }

  private forgetFarPages(): void {
    if (this.pages.size <= PAGES_KEPT) return;
    const middle = (this.firstRow + this.lastRow) / 2 / PAGE_ROWS;
    const farthest = [...this.pages.keys()].sort((left, right) => Math.abs(right - middle) - Math.abs(left - middle));
    for (const index of farthest.slice(0, this.pages.size - PAGES_KEPT)) this.pages.delete(index);
  }

  private changed(): void {
    this.version += 1;
    for (const listener of this.listeners) listener();
  }
}
