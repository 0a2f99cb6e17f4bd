/** Moves of more than a screen that follow each other within this time are one flick. */
const FLICK_MS = 250;
/** Rows that fly past are read when they have stood still for this long … */
const REST_MS = 60;
/** … or when the reader has flicked on for this long, to see where the list is. */
const PATIENCE_MS = 400;
/** While the reader scrolls down, so many rows below the screen are read too … */
const ROWS_AHEAD = 40;
/** … until the list has stood still for this long: what is out of sight is not kept up to date. */
const SETTLE_MS = 500;

/**
 * Tells which rows are on the screen, so that they are read: at once while the reader scrolls or jumps somewhere, and after a rest while rows
 * fly past faster than they could come.
 */
export class WindowTeller {
  private first = -1;
  private movedAt = Number.NEGATIVE_INFINITY;
  private toldAt = Number.NEGATIVE_INFINITY;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly tell: (first: number, last: number) => void) {}

  moved(first: number, last: number): void {
    const now = performance.now();
    const isFar = Math.abs(first - this.first) > last - first;
    const isFlick = isFar && now - this.movedAt < FLICK_MS;
    const goesDown = !isFar && first > this.first && this.first >= 0;
    this.first = first;
    if (isFar) this.movedAt = now;
    clearTimeout(this.timer);
    if (isFlick && now - this.toldAt < PATIENCE_MS) this.timer = setTimeout(() => this.tellNow(first, last), REST_MS);
    else if (goesDown) this.tellAhead(first, last);
    else this.tellNow(first, last);
  }

  close(): void {
    clearTimeout(this.timer);
  }

  private tellAhead(first: number, last: number): void {
    this.timer = setTimeout(() => this.tellNow(first, last), SETTLE_MS);
    this.tellNow(first, last + ROWS_AHEAD);
  }

  private tellNow(first: number, last: number): void {
    this.toldAt = performance.now();
    this.tell(first, last);
  }
}
