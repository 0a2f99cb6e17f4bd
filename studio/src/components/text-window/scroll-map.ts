/** Browsers cap the height of an element (the lowest cap is near 17 million pixels); beyond this the scroll bar is scaled. */
export const PHYSICAL_MAX_PX = 8_000_000;

/**
 * Maps the scroll position of a box to lines of one height, however many there are.
 *
 * While all lines fit under the cap, the two are the same. Beyond it a small move scrolls pixel for pixel, and a large one (the scroll bar is
 * dragged) jumps in proportion; `settle` brings the bar back to where the lines are.
 */
export class ScrollMap {
  /** The line pixels above the upper edge of the box. */
  top = 0;
  private lines = 0;
  private viewport = 0;
  private lastScroll = 0;

  constructor(
    readonly lineHeight: number,
    private readonly physicalMax = PHYSICAL_MAX_PX,
  ) {}

  /** Says how many lines there are and how high the box is. The position stays, as far as it exists. */
  resize(lines: number, viewport: number): void {
    this.lines = lines;
    this.viewport = viewport;
    this.top = Math.min(this.top, this.maxTop);
  }

  /** The height to give to the content of the box. */
  get physicalHeight(): number {
    return Math.min(this.fullHeight, this.physicalMax);
  }

  get isScaled(): boolean {
    return this.fullHeight > this.physicalMax;
  }

  /** The scroll position as it was last told or given. */
  get scroll(): number {
    return this.lastScroll;
  }

  get maxTop(): number {
    return Math.max(0, this.fullHeight - this.viewport);
  }

  get isAtEnd(): boolean {
    return this.maxTop - this.top < this.lineHeight;
  }

  /** Takes the box's new scroll position. */
  scrolled(scroll: number): void {
    const moved = scroll - this.lastScroll;
    this.lastScroll = scroll;
    if (!this.isScaled) this.top = scroll;
    else if (scroll <= 0) this.top = 0;
    else if (scroll >= this.maxScroll - 1) this.top = this.maxTop;
    else if (Math.abs(moved) < this.viewport) this.top += moved;
    else this.top = scroll * this.scale;
    this.top = Math.max(0, Math.min(this.maxTop, this.top));
  }

  /** Moves to a line: to the upper edge, or so that it stands in the middle. Returns the scroll position to give to the box. */
  moveTo(line: number, place: "top" | "middle" | "end"): number {
    const shift = { top: 0, middle: (this.viewport - this.lineHeight) / 2, end: this.viewport - this.lineHeight }[place];
    this.top = Math.max(0, Math.min(this.maxTop, line * this.lineHeight - shift));
    return this.settle();
  }

  /** The scroll position that belongs to where the lines are. The box is to be given it, which counts as no move. */
  settle(): number {
    this.lastScroll = this.isScaled ? this.top / this.scale : this.top;
    return this.lastScroll;
  }

  /** The first line in sight, and one past the last, with `margin` more on both sides. */
  visible(margin: number): { first: number; end: number } {
    const first = Math.max(0, Math.floor(this.top / this.lineHeight) - margin);
    return { first, end: Math.min(this.lines, Math.ceil((this.top + this.viewport) / this.lineHeight) + margin) };
  }

  /** Where a line is drawn inside the content, in pixels. */
  offsetOf(line: number): number {
    return line * this.lineHeight - this.top + this.lastScroll;
  }

  private get fullHeight(): number {
    return this.lines * this.lineHeight;
  }

  private get maxScroll(): number {
    return Math.max(0, this.physicalHeight - this.viewport);
  }

  private get scale(): number {
    return this.maxScroll === 0 ? 1 : this.maxTop / this.maxScroll;
  }
}
