import type { Pages } from "./pages";

/** An item of a list in which items may be opened, to show others below them. */
export interface Line<Item> {
  item: Item;
  key: string;
  depth: number;
  isOpen: boolean;
  /** What it lies below; null at the top. */
  above: Item | null;
}

export interface LineRules<Item> {
  keyOf: (item: Item) => string;
  /** What lies below an item, read when it is opened. */
  below: (item: Item) => Pages<Item>;
}

/** One list of a tree: its pages, and those of its items that are open. */
interface Level<Item> {
  pages: Pages<Item>;
  opened: Map<string, { index: number; level: Level<Item>; end: () => void }>;
}

/**
 * A list of any length whose items can be opened, as one run of lines: what {@link Pages} is for rows, for trees.
 *
 * Until the list below an item is read, it counts as one line that is still to come.
 */
export class LineList<Item> {
  /** Grows with every change, for `useSyncExternalStore`. */
  version = 0;
  private readonly top: Level<Item>;
  private readonly listeners = new Set<() => void>();
  private readonly toOpen = new Set<string>();
  private first = 0;
  private last = 0;

  constructor(
    readonly pages: Pages<Item>,
    private readonly rules: LineRules<Item>,
  ) {
    this.top = { pages, opened: new Map() };
    pages.subscribe(() => this.onPages(this.top));
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  getVersion = (): number => this.version;

  /** Changes with all but what the lines themselves say: for what stands around them. */
  getOutline = (): string => {
    const { total, held, sentToTop, faults } = this.pages;
    return `${this.total} ${total} ${held} ${sentToTop} ${faults}`;
  };

  /** The lines that were shown last. */
  get window(): { first: number; last: number } {
    return { first: this.first, last: this.last };
  }

  /** Number of lines; null before the list was read. */
  get total(): number | null {
    return this.pages.total === null ? null : sizeOf(this.top);
  }

  lineAt(index: number): Line<Item> | undefined {
    return this.find(this.top, index, 0, null);
  }

  /** Says which lines are on the screen, so that what is missing of them is read. */
  show(first: number, last: number): void {
    this.first = Math.max(0, first);
    this.last = Math.max(this.first, last);
    this.showLevel(this.top, this.first, this.last);
  }

  /** Opens the item with `key`, or closes it. `index` is that of its line. */
  toggle(index: number): void {
    this.toggleIn(this.top, index);
    this.show(this.first, this.last);
    this.changed();
  }

  /** All items that are in memory, those of open lists included. */
  loaded(): Item[] {
    const all = (level: Level<Item>): Item[] =>
      level.pages.loaded().flatMap(([, item]) => {
        const below = level.opened.get(this.rules.keyOf(item));
        return below ? [item, ...all(below.level)] : [item];
      });
    return all(this.top);
  }

  refresh(): void {
    this.everyLevel(this.top, (level) => level.pages.refresh());
  }

  /** Reads the items with these keys anew, if the list holds any. They stay where they are. */
  async renew(keys: ReadonlySet<string>, read: (keys: string[]) => Promise<Item[]>): Promise<void> {
    const held = this.loaded().map(this.rules.keyOf).filter((key) => keys.has(key));
    if (held.length === 0) return;
    const newer = new Map((await read(held)).map((item) => [this.rules.keyOf(item), item]));
    this.everyLevel(this.top, (level) => level.pages.replace((item) => newer.get(this.rules.keyOf(item))));
  }

  /** Gives up what is being read. What is shown later is read again. */
  close(): void {
    this.everyLevel(this.top, (level) => level.pages.close());
  }

  private everyLevel(level: Level<Item>, act: (level: Level<Item>) => void): void {
    act(level);
    for (const below of level.opened.values()) this.everyLevel(below.level, act);
  }

  private find(level: Level<Item>, index: number, depth: number, above: Item | null): Line<Item> | undefined {
    const { at, below, offset } = placeIn(level, index);
    if (below !== null) return this.find(below, offset, depth + 1, level.pages.at(at) ?? null);
    const item = level.pages.at(at);
    if (item === undefined) return undefined;
    const key = this.rules.keyOf(item);
    return { item, key, depth, isOpen: level.opened.has(key), above };
  }

  /** The keys of all items that are open. */
  openKeys(): string[] {
    const keys: string[] = [];
    this.everyLevel(this.top, (level) => keys.push(...level.opened.keys()));
    return keys;
  }

  /** Opens the items with these keys as they come: a list that takes the place of another keeps what the reader has opened. */
  reopen(keys: readonly string[]): void {
    for (const key of keys) this.toOpen.add(key);
    this.onPages(this.top);
  }

  private toggleIn(level: Level<Item>, index: number): void {
    const { at, below, offset } = placeIn(level, index);
    if (below !== null) {
      this.toggleIn(below, offset);
      return;
    }
    const item = level.pages.at(at);
    if (item === undefined) return;
    const key = this.rules.keyOf(item);
    const open = level.opened.get(key);
    if (open) {
      this.everyLevel(open.level, (each) => each.pages.close());
      open.end();
      level.opened.delete(key);
      return;
    }
    this.open(level, at, item);
  }

  private open(level: Level<Item>, index: number, item: Item): void {
    const opened: Level<Item> = { pages: this.rules.below(item), opened: new Map() };
    const end = opened.pages.subscribe(() => this.onPages(opened));
    level.opened.set(this.rules.keyOf(item), { index, level: opened, end });
    opened.pages.show(0, 0);
  }

  private showLevel(level: Level<Item>, first: number, last: number): void {
    const from = placeIn(level, first);
    const to = placeIn(level, last);
    level.pages.show(from.at, to.at);
    let start = 0;
    for (const { index, level: below } of inOrder(level)) {
      const begins = index + 1 + start;
      const size = sizeOf(below);
      if (begins <= last && begins + size > first) this.showLevel(below, Math.max(0, first - begins), Math.min(size - 1, last - begins));
      start += size;
    }
  }

  /** Items may have moved: those that are open are found again by their keys. */
  private onPages(level: Level<Item>): void {
    if (level.opened.size > 0) {
      const places = new Map(level.pages.loaded().map(([index, item]) => [this.rules.keyOf(item), index]));
      for (const [key, open] of level.opened) open.index = places.get(key) ?? open.index;
    }
    if (this.toOpen.size > 0) {
      for (const [index, item] of level.pages.loaded()) if (this.toOpen.delete(this.rules.keyOf(item))) this.open(level, index, item);
    }
    this.changed();
  }

  private changed(): void {
    this.version += 1;
    for (const listener of this.listeners) listener();
  }
}

function sizeOf<Item>(level: Level<Item>): number {
  let size = level.pages.total ?? 1;
  for (const { level: below } of level.opened.values()) size += sizeOf(below);
  return size;
}

function inOrder<Item>(level: Level<Item>): { index: number; level: Level<Item> }[] {
  return [...level.opened.values()].sort((left, right) => left.index - right.index);
}

/** Where line `index` of a level is: an item of its own, or line `offset` of a list that is open in it. */
function placeIn<Item>(level: Level<Item>, index: number): { at: number; below: Level<Item> | null; offset: number } {
  if (level.opened.size === 0) return { at: index, below: null, offset: 0 };
  let extra = 0;
  for (const open of inOrder(level)) {
    const line = open.index + extra;
    if (index <= line) break;
    const size = sizeOf(open.level);
    if (index <= line + size) return { at: open.index, below: open.level, offset: index - line - 1 };
    extra += size;
  }
  return { at: index - extra, below: null, offset: 0 };
}
