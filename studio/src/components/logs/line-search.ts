import type { LineHit, LineQuery, TextSource } from "../../client/text-file";

/** Nobody steps through more; the count then says "or more". */
export const HITS_MAX = 5000;
/** What is drawn anew at most so often while hits stream in. */
const TELL_EVERY_MS = 100;

/** One search in a file, from its first line on. Hits are told as they are found. */
export class LineSearch {
  hits: LineHit[] = [];
  done = false;
  /** True when there are more hits than are listed. */
  isCapped = false;
  error: unknown = null;
  private readonly controller = new AbortController();

  constructor(
    private readonly source: TextSource,
    private readonly query: LineQuery,
    private readonly changed: () => void,
  ) {}

  async run(): Promise<void> {
    let told = 0;
    try {
      const found = await this.source.find(this.query, 0, HITS_MAX, this.controller.signal, (hits) => {
        if (told > 0 && performance.now() - told < TELL_EVERY_MS) return;
        told = performance.now();
        this.hits = [...hits];
        this.changed();
      });
      this.hits = found.hits;
      this.isCapped = found.nextLine !== null;
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
  const after = hits.findIndex((hit) => hit.line >= line);
  return after === -1 ? Math.max(0, hits.length - 1) : after;
}
