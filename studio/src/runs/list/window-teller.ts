/** Moves of more than a screen that follow each other within this time are one flick. */
const FLICK_MS = 250;
/** Rows that fly past are read when they have stood still for this long … */
const REST_MS = 60;
/** … or when the reader has flicked on for this long, to see where the list is. */
const PATIENCE_MS = 400;

/**
 * Tells which rows are on the screen, so that they are read: at once while the reader scrolls or jumps somewhere, and after a rest while rows
 * fly past faster than they could come.
 */
export class WindowTeller {
  private first = 0;
  private movedAt = Number.NEGATIVE_INFINITY;
  private toldAt = Number.NEGATIVE_INFINITY;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly tell: (first: number, last: number) => void) {}

  moved(first: number, last: number): void {
    const now = performance.now();
    const isFar = Math.abs(first - this.first) > last - first;
    const isFlick = isFar && now - this.movedAt < FLICK_MS;
    this.first = first;
    if (isFar) this.movedAt = now;
    clearTimeout(this.timer);
    if (isFlick && now - this.toldAt < PATIENCE_MS) this.timer = setTimeout(() => this.tellNow(first, last), REST_MS);
    else this.tellNow(first, last);
  }

  close(): void {
    clearTimeout(this.timer);
  }

  private tellNow(first: number, last: number): void {
    this.toldAt = performance.now();
    this.tell(first, last);
  }
}
