import { Coalescer } from "./coalescer";
import type { FeedNews } from "./change-feed";
import { joinedPoints, type SeriesPoints, type SeriesRequest } from "./series-frame";

export type FetchSeries = (request: SeriesRequest, signal: AbortSignal) => Promise<SeriesPoints[]>;

/** What is known of one series. `none`: the run has not logged it. */
type Entry = { state: "waiting" | "loading" | "none" } | { state: "ready"; points: SeriesPoints } | { state: "failed"; error: unknown };

/**
 * What is to be shown of the names that are told of: `all` anew; or, where lines have grown, only the `lines`, and now and then the `words`
 * about them too: nobody reads figures that change with every tick.
 */
export type Shown = "all" | "lines" | "words";
type Listener = (names: ReadonlySet<string>, shown: Shown) => void;

/** Names that are wanted within this time go in one request. */
const GATHER_MS = 16;
/** New points are fetched and drawn at most this often. */
const TICK_MS = 200;
/** While lines grow, the words about them follow with the first tick after this long, as often as other figures of a run. */
const WORDS_MS = 1900;
/** Nothing has grown for so long: the words follow now. */
const STILL_MS = 900;
/** One answer holds at most this many series. */
const REQUEST_SERIES = 1000;
/** How many series are kept for when they are scrolled to again. */
const KEPT_SERIES = 2000;
/** A series that has grown to so many times what was asked for is thinned anew. */
const GROWTH = 3;

/**
 * The series that the charts of a page show: what comes near the screen is read, several names in one request, and of what is shown only
 * later points are read when the server says that there are some.
 */
export class SeriesStore {
  private readonly entries = new Map<string, Entry>();
  private readonly held = new Map<string, { name: string; runIds: readonly string[]; holders: number }>();
  private readonly listeners = new Set<Listener>();
  private readonly abort = new AbortController();
  private readonly coalescer = new Coalescer();
  private readonly changedRuns = new Set<string>();
  private gathering: ReturnType<typeof setTimeout> | undefined;
  private ticking = false;
  private readonly unsaid = new Set<string>();
  private saidAt = Number.NEGATIVE_INFINITY;
  private saying: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly fetch: FetchSeries,
    readonly maxPoints: number,
  ) {}

  subscribe(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** The points of a series; null when the run has none of that name, undefined when that is not known yet. */
  points(runId: string, name: string): SeriesPoints | null | undefined {
    const entry = this.entries.get(keyOf(runId, name));
    if (entry?.state === "ready") return entry.points;
    return entry?.state === "none" ? null : undefined;
  }

  /** Why a name could not be read for the first of the runs where that happened. */
  errorOf(runIds: readonly string[], name: string): unknown {
    for (const runId of runIds) {
      const entry = this.entries.get(keyOf(runId, name));
      if (entry?.state === "failed") return entry.error;
    }
    return null;
  }

  /** Begins to show `name` of `runIds`. Returns what ends it. */
  hold(runIds: readonly string[], name: string): () => void {
    const id = keyOf(runIds.join(","), name);
    const held = this.held.get(id) ?? { name, runIds, holders: 0 };
    held.holders += 1;
    this.held.set(id, held);
    this.want(runIds, name);
    return () => {
      held.holders -= 1;
      if (held.holders === 0) this.held.delete(id);
    };
  }

  retry(runIds: readonly string[], name: string): void {
    for (const runId of runIds) if (this.entries.get(keyOf(runId, name))?.state === "failed") this.entries.delete(keyOf(runId, name));
    this.want(runIds, name);
    this.tell(new Set([name]));
  }

  /** Reads on where `news` says that something was logged. */
  receive(news: FeedNews): void {
    const runs = news.type === "reset" ? this.heldRuns() : news.changes.flatMap((change) => (change.topic === "metric" && change.run_id ? [change.run_id] : []));
    for (const runId of runs) this.changedRuns.add(runId);
    if (runs.length > 0) this.scheduleTick();
  }

  close(): void {
    this.abort.abort();
    clearTimeout(this.gathering);
    clearTimeout(this.saying);
    this.coalescer.cancelAll();
    this.listeners.clear();
  }

  private want(runIds: readonly string[], name: string): void {
    for (const runId of runIds) {
      const key = keyOf(runId, name);
      if (!this.entries.has(key)) this.entries.set(key, { state: "waiting" });
    }
    this.gathering ??= setTimeout(() => {
      this.gathering = undefined;
      for (const batch of this.waitingBatches()) void this.load(batch.runIds, batch.names);
    }, GATHER_MS);
  }

  /** What waits, as few requests: names that are wanted of the same runs go together. */
  private waitingBatches(): { runIds: string[]; names: string[] }[] {
    const runsOfName = new Map<string, string[]>();
    for (const [key, entry] of this.entries) {
      if (entry.state !== "waiting") continue;
      const [runId, name] = partsOf(key);
      const runs = runsOfName.get(name);
      if (runs) runs.push(runId);
      else runsOfName.set(name, [runId]);
    }
    const namesOfRuns = new Map<string, { runIds: string[]; names: string[] }>();
    for (const [name, runIds] of runsOfName) {
      const id = runIds.join("\n");
      const batch = namesOfRuns.get(id) ?? { runIds, names: [] };
      batch.names.push(name);
      namesOfRuns.set(id, batch);
    }
    return [...namesOfRuns.values()].flatMap((batch) => parted(batch, REQUEST_SERIES));
  }

  private async load(runIds: readonly string[], names: readonly string[]): Promise<void> {
    const keys = runIds.flatMap((runId) => names.map((name) => keyOf(runId, name)));
    for (const key of keys) this.entries.set(key, { state: "loading" });
    try {
      const found = await this.fetch({ run_ids: [...runIds], names: [...names], max_points: this.maxPoints, sort: false }, this.abort.signal);
      for (const key of keys) this.entries.set(key, { state: "none" });
      for (const points of found) this.entries.set(keyOf(points.runId, points.name), { state: "ready", points });
    } catch (error) {
      if (this.abort.signal.aborted) return;
      for (const key of keys) this.entries.set(key, { state: "failed", error });
    }
    this.forgetOld();
    this.tell(new Set(names));
  }

  private scheduleTick(): void {
    this.coalescer.schedule("tick", TICK_MS, () => void this.tick());
  }

  private async tick(): Promise<void> {
    if (this.ticking) return; // The end of the one under way looks again.
    this.ticking = true;
    const runIds = [...this.changedRuns];
    this.changedRuns.clear();
    try {
      await this.loadLater(runIds);
    } catch {
      // The feed tells of a lost connection, and says `reset` when it is back.
    }
    this.ticking = false;
    if (this.changedRuns.size > 0 && !this.abort.signal.aborted) this.scheduleTick();
  }

  /** Reads the points after those that are here, for what is shown; what is not shown is forgotten and read anew when it is shown again. */
  private async loadLater(runIds: readonly string[]): Promise<void> {
    const since: Record<string, Record<string, number>> = {};
    const names = new Set<string>();
    const grown = new Set<string>();
    const shown = this.heldKeys();
    for (const [key, entry] of this.entries) {
      const [runId, name] = partsOf(key);
      if (!runIds.includes(runId) || entry.state === "waiting") continue;
      if (entry.state === "loading") {
        // Its answer may be older than the change: look again when it is here.
        this.changedRuns.add(runId);
        continue;
      }
      if (!shown.has(key)) {
        this.entries.delete(key);
        continue;
      }
      names.add(name);
      if (entry.state !== "ready") continue;
      if (entry.points.values.length > GROWTH * this.maxPoints) grown.add(key);
      else (since[runId] ??= {})[name] = entry.points.count;
    }
    if (names.size === 0) return;
    const asked = runIds.filter((runId) => [...names].some((name) => shown.has(keyOf(runId, name))));
    const found = await this.fetch({ run_ids: asked, names: [...names], max_points: this.maxPoints, sort: false, since }, this.abort.signal);
    this.add(found, grown);
  }

  private add(found: readonly SeriesPoints[], replaced: ReadonlySet<string>): void {
    const changed = new Set<string>();
    for (const points of found) {
      const key = keyOf(points.runId, points.name);
      const before = this.entries.get(key);
      if (points.values.length === 0) continue;
      const joins = before?.state === "ready" && !replaced.has(key);
      this.entries.set(key, { state: "ready", points: joins ? joinedPoints(before.points, points) : points });
      changed.add(points.name);
    }
    if (changed.size > 0) this.tellGrown(changed);
  }

  private tellGrown(names: ReadonlySet<string>): void {
    for (const name of names) this.unsaid.add(name);
    clearTimeout(this.saying);
    const now = performance.now();
    if (now - this.saidAt < WORDS_MS) {
      this.tell(names, "lines");
      this.saying = setTimeout(() => this.say(), STILL_MS);
      return;
    }
    this.saidAt = now;
    this.say();
  }

  private say(): void {
    const names = new Set(this.unsaid);
    this.unsaid.clear();
    this.tell(names, "words");
  }

  private heldKeys(): Set<string> {
    const keys = new Set<string>();
    for (const { name, runIds } of this.held.values()) {
      for (const runId of runIds) keys.add(keyOf(runId, name));
    }
    return keys;
  }

  private heldRuns(): string[] {
    return [...new Set([...this.held.values()].flatMap((held) => held.runIds))];
  }

  private forgetOld(): void {
    if (this.entries.size <= KEPT_SERIES) return;
    const shown = this.heldKeys();
    for (const [key, entry] of this.entries) {
      if (this.entries.size <= KEPT_SERIES) return;
      if (!shown.has(key) && (entry.state === "ready" || entry.state === "none")) this.entries.delete(key);
    }
  }

  private tell(names: ReadonlySet<string>, shown: Shown = "all"): void {
    for (const listener of this.listeners) listener(names, shown);
  }
}

function parted(batch: { runIds: string[]; names: string[] }, most: number): { runIds: string[]; names: string[] }[] {
  const perRequest = Math.max(1, Math.floor(most / batch.runIds.length));
  const parts = Math.ceil(batch.names.length / perRequest);
  return Array.from({ length: parts }, (_, part) => ({ runIds: batch.runIds, names: batch.names.slice(part * perRequest, (part + 1) * perRequest) }));
}

/** A name may hold anything but a zero; the id of a run holds no line break. */
function keyOf(runId: string, name: string): string {
  return `${runId}\n${name}`;
}

function partsOf(key: string): [string, string] {
  const at = key.indexOf("\n");
  return [key.slice(0, at), key.slice(at + 1)];
}
