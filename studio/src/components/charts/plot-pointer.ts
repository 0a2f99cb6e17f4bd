export interface PointerActions {
  hover: (x: number, y: number) => void;
  leave: () => void;
  /** What would be chosen if the drag ended here. */
  select: (from: number, to: number) => void;
  choose: (from: number, to: number) => void;
  pan: (pixels: number) => void;
  zoom: (factor: number, x: number) => void;
  reset: () => void;
}

const DRAG_FROM = 4;
const WHEEL_PER_STEP = 240;

/** Turns what the pointer does over a chart into what it means. */
export class PlotPointer {
  private start: { x: number; y: number; pan: boolean; moved: boolean } | null = null;
  private lastX = 0;
  private readonly listening = new AbortController();

  constructor(
    private readonly target: HTMLElement,
    private readonly actions: PointerActions,
  ) {
    const { signal } = this.listening;
    target.addEventListener("pointerdown", (event) => this.down(event), { signal });
    target.addEventListener("pointermove", (event) => this.move(event), { signal });
    target.addEventListener("pointerup", (event) => this.up(event), { signal });
    target.addEventListener("pointercancel", () => this.cancel(), { signal });
    target.addEventListener("pointerleave", () => this.actions.leave(), { signal });
    target.addEventListener("dblclick", () => this.actions.reset(), { signal });
    target.addEventListener("wheel", (event) => this.wheel(event), { signal, passive: false });
  }

  close(): void {
    this.listening.abort();
  }

  private down(event: PointerEvent): void {
    if (event.button !== 0) return;
    this.start = { x: event.offsetX, y: event.offsetY, pan: event.shiftKey, moved: false };
    this.lastX = event.offsetX;
    this.target.setPointerCapture(event.pointerId);
  }

  private move(event: PointerEvent): void {
    const { start } = this;
    if (start && Math.abs(event.offsetX - start.x) >= DRAG_FROM) start.moved = true;
    if (!start?.moved) this.actions.hover(event.offsetX, event.offsetY);
    else if (start.pan) this.actions.pan(event.offsetX - this.lastX);
    else this.actions.select(start.x, event.offsetX);
    this.lastX = event.offsetX;
  }

  private up(event: PointerEvent): void {
    const { start } = this;
    this.start = null;
    if (start?.moved && !start.pan) this.actions.choose(start.x, event.offsetX);
  }

  private cancel(): void {
    if (this.start?.moved && !this.start.pan) this.actions.choose(0, 0);
    this.start = null;
  }

  /** The wheel alone scrolls the page; with Ctrl (a pinch on a touchpad) it zooms the chart. */
  private wheel(event: WheelEvent): void {
    if (!event.ctrlKey) return;
    event.preventDefault();
    this.actions.zoom(2 ** (event.deltaY / WHEEL_PER_STEP), event.offsetX);
  }
}
