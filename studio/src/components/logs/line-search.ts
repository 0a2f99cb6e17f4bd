import type { LineHit, LineQuery, TextSource } from "../../client/text-file";

/** First hits come fast, the rest in larger parts. */
const FIRST_PART = 100;
const PART = 1000;
/** Nobody steps through more; the count then says "or more". */
export const HITS_MAX = 5000;

/** One search in a file, from its first line on. Hits are told as they are found. */
export class LineSearch {
  hits: LineHit[] = [];
  done = false;
  error: unknown = null;
  private readonly controller = new AbortController();

  constructor(
    private readonly source: TextSource,
    private readonly query: LineQuery,
    private readonly changed: () => void,
  ) {}

  /** True when there may be more hits than are listed. */
  get isCapped(): boolean {
    return this.hits.length >= HITS_MAX;
  }

  async run(): Promise<void> {
    let start: number | null = 1;
    try {
      while (start !== null && this.hits.length < HITS_MAX) {
        const page = await this.source.find(this.query, start, this.hits.length === 0 ? FIRST_PART : PART, this.controller.signal);
        this.hits = [...this.hits, ...page.hits];
        start = page.next_start ?? null;
        if (start !== null) this.changed();
      }
      this.done = true;
    } catch (error) {
      if (this.controller.signal.aborted) return;
      this.error = error;
    }
    this.changed();
  }

  stop(): void {
    this.controller.abort();
  }
}

/** The hit at or after a line, counted from 0; the last one when there is none after it. Returns its place in the list. */
export function hitNear(hits: readonly LineHit[], line: number): number {
  const after = hits.findIndex((hit) => hit.line - 1 >= line);
  return after === -1 ? Math.max(0, hits.length - 1) : after;
}
