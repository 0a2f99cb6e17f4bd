import type { LineHit, LineQuery, TextSource } from "../../client/text-file";

/** Nobody steps through more; the count then says "or more". */
export const HITS_MAX = 5000;
/** What is drawn anew at most so often while hits stream in. */
const TELL_EVERY_MS = 100;

/** One search in a file, from its first line on; in a file that grows it goes on. Hits are told as they are found. */
export class LineSearch {
  hits: LineHit[] = [];
  /** True once the file was looked through to its end as it then was. */
  done = false;
  /** True when there are more hits than are listed. */
  isCapped = false;
  error: unknown = null;
  private readonly controller = new AbortController();
  /** What is not looked at yet begins with this line. The last line may have grown: it is looked at again. */
  private next = 0;
  private running = false;
  private again = false;

  constructor(
    private readonly source: TextSource,
    private readonly query: LineQuery,
    private readonly changed: () => void,
  ) {}

  /** Looks through what is new since the last time. Calls during a search make one more after it. */
  async run(): Promise<void> {
    this.again = this.running;
    if (this.running || this.isCapped) return;
    this.running = true;
    try {
      await this.look();
      this.error = null;
    } catch (error) {
      if (this.controller.signal.aborted) return;
      this.error = error;
    } finally {
      this.running = false;
    }
    this.changed();
    if (this.again) await this.run();
  }

  private async look(): Promise<void> {
    const before = this.hits.filter((hit) => hit.line < this.next);
    let told = 0;
    const found = await this.source.find(this.query, this.next, HITS_MAX - before.length, this.controller.signal, (hits) => {
      if (told > 0 && performance.now() - told < TELL_EVERY_MS) return;
      told = performance.now();
      this.hits = [...before, ...hits];
      this.changed();
    });
    this.hits = [...before, ...found.hits];
    this.isCapped = found.nextLine !== null || this.hits.length >= HITS_MAX;
    this.next = Math.max(0, found.total - 1);
    this.done = true;
  }

  stop(): void {
    this.controller.abort();
  }
}

/**
 * The hit to show first: the first one at or after a line, counted from 0, else the first of all. Returns its place in the list, and null
 * while that is not known: hits come in order, so one that is far down comes late.
 */
export function firstMatch(search: Pick<LineSearch, "hits" | "done">, line: number): number | null {
  const after = search.hits.findIndex((hit) => hit.line >= line);
  if (after !== -1) return after;
  return search.done && search.hits.length > 0 ? 0 : null;
}
