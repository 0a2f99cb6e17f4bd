import type { Range } from "../../client/series-window";
import { type CursorGroup, pageCursor, type SharedCursor } from "./cursor-group";
import { drawnOn, pixelsOf, screenRatio, sketch, type Surface } from "./easel";
import { inkOf } from "./ink";
import { nearestIndex, number } from "./line-data";
import { strokeLines } from "./plot-draw";
import { drawInNextFrame, leaveNextFrame } from "./next-frame";
import { type Box, type PlotLine, type PlotModel, scalesOf, wholeRange } from "./plot-model";
import { PlotPointer } from "./plot-pointer";
import { drawReadout, type Readout, readoutAt, spokenReadout } from "./plot-readout";
import { type PlotScene, sceneOf } from "./plot-scene";
import { paddedRange, Scale } from "./scale";
import { newSheet, type Sheet } from "./sheet";

export interface PlotHandlers {
  /** The part of x to show; null for all. */
  onWindow: (window: Range | null) => void;
  /** How many values lie outside of what the y axis shows. */
  onOutside?: (count: number) => void;
}

const LEFT = 58;
const TOP = 8;
const RIGHT = 14;
const BOTTOM = 24;
const ZOOM_STEP = 2;

/**
 * A line chart on a canvas, with the pointer's marks on a second one above, so that moving the pointer draws no line anew.
 *
 * Drag shows a part of x, with Shift it moves the part, Ctrl and the wheel zoom, a double click shows all. {@link key} does the same.
 */
export class Plot {
  private readonly sheet: Sheet = newSheet();
  /** There while something is pointed at. */
  private overlay: HTMLCanvasElement | null = null;
  private readout: Readout | null = null;
  private readonly pointer: PlotPointer;
  private readonly leaveGroup: () => void;
  private width = 0;
  private height = 0;
  /** Pixels of the screen in one of the page, as the canvases are placed for. */
  private ratio = 0;
  private x = new Scale("linear", { low: 0, high: 1 }, 0, 1);
  private y = new Scale("linear", { low: 0, high: 1 }, 0, 1);
  private needs: "nothing" | "cursor" | "all" = "nothing";
  private cursor: { x: number; py: number | null; lineId: string | null; own: boolean } | null = null;
  private selection: Range | null = null;
  private outside = 0;
  private isSeen = true;
  /** The model has changed while the chart was out of sight. */
  private isStale = false;

  constructor(
    box: HTMLElement,
    private model: PlotModel,
    private readonly handlers: PlotHandlers,
    private readonly group: CursorGroup = pageCursor,
  ) {
    box.append(this.sheet.canvas);
    this.pointer = new PlotPointer(box, {
      hover: (px, py) => this.hover(px, py),
      leave: () => this.setCursor(null),
      select: (from, to) => this.select(from, to),
      choose: (from, to) => this.choose(from, to),
      pan: (pixels) => this.moveBy(-pixels / (this.plotBox().right - LEFT)),
      zoom: (factor, px) => this.zoom(factor, px),
      reset: () => this.handlers.onWindow(null),
    });
    this.leaveGroup = group.subscribe((cursor) => this.follow(cursor));
  }

  setModel(model: PlotModel): void {
    this.model = model;
    this.isStale = !this.isSeen;
    if (this.isSeen) this.request("all");
  }

  /** Shows lines that have grown: at once, for a page of which nothing else has changed need not be drawn for them. */
  grow(model: PlotModel): void {
    if (!this.isSeen || document.hidden) {
      this.setModel(model);
      return;
    }
    this.model = model;
    this.needs = "all";
    this.draw();
  }

  /** Says whether the chart is in sight: one that is not is drawn again when it comes back. */
  setSeen(isSeen: boolean): void {
    this.isSeen = isSeen;
    if (!isSeen || !this.isStale) return;
    this.isStale = false;
    this.request("all");
  }

  setSize(width: number, height: number): void {
    if (width === this.width && height === this.height) return;
    this.width = width;
    this.height = height;
    this.fitAll();
    // A canvas that changes its size is empty: not one frame of that.
    this.draw();
  }

  destroy(): void {
    leaveNextFrame(this.draw);
    this.leaveGroup();
    this.pointer.close();
    this.sheet.close();
    this.overlay?.remove();
  }

  /** The picture as it is shown, without the pointer's marks. */
  picture(): HTMLCanvasElement {
    this.scale();
    return sketch(this.scene());
  }

  /** What is under the cursor, in words. */
  spoken(): string {
    return this.readout ? spokenReadout(this.readout) : "";
  }

  /** Acts on a key. Returns false for one that means nothing here. */
  key(key: string, shift: boolean): boolean {
    if (key === "ArrowLeft" || key === "ArrowRight") {
      const direction = key === "ArrowLeft" ? -1 : 1;
      if (shift) this.moveBy(direction * 0.2);
      else this.stepCursor(direction);
    } else if (key === "ArrowUp" || key === "ArrowDown") this.stepLine(key === "ArrowUp" ? -1 : 1);
    else if (key === "+" || key === "=") this.zoom(1 / ZOOM_STEP, null);
    else if (key === "-") this.zoom(ZOOM_STEP, null);
    else if (key === "0") this.handlers.onWindow(null);
    else return false;
    return true;
  }

  /** Shows a part that is `factor` times as long, around the pointer's place or the middle. */
  zoom(factor: number, px: number | null): void {
    const whole = this.whole();
    if (!whole) return;
    const { low, high } = this.x.range;
    const place = px === null ? (this.cursor?.x ?? this.x.valueAt((this.x.start + this.x.end) / 2)) : this.x.valueAt(px);
    const middle = Math.min(high, Math.max(low, place));
    if (this.model.xKind === "log") {
      this.show({ low: 10 ** (Math.log10(middle) - Math.log10(middle / low) * factor), high: 10 ** (Math.log10(middle) + Math.log10(high / middle) * factor) }, whole);
    } else this.show({ low: middle - (middle - low) * factor, high: middle + (high - middle) * factor }, whole);
  }

  /** Moves the part that is shown by a share of its length. */
  moveBy(share: number): void {
    const whole = this.whole();
    if (!whole || !this.model.window) return;
    const length = this.x.end - this.x.start;
    const moved = { low: this.x.valueAt(this.x.start + share * length), high: this.x.valueAt(this.x.end + share * length) };
    if (moved.low < whole.low || moved.high > whole.high) {
      const back = moved.low < whole.low ? whole.low - moved.low : whole.high - moved.high;
      if (this.model.xKind === "log") return;
      this.handlers.onWindow({ low: Math.max(whole.low, moved.low + back), high: Math.min(whole.high, moved.high + back) });
    } else this.handlers.onWindow(moved);
  }

  private show(range: Range, whole: Range): void {
    const [low, high] = [Math.max(whole.low, range.low), Math.min(whole.high, range.high)];
    if (!(low < high) || (high - low) / (Math.abs(low) + Math.abs(high)) < 1e-13) return;
    this.handlers.onWindow(low <= whole.low && high >= whole.high ? null : { low, high });
  }

  private whole(): Range | null {
    return wholeRange(this.model.lines, this.model.xKind);
  }

  private plotBox(): Box {
    return { left: LEFT, top: TOP, right: Math.max(LEFT + 1, this.width - RIGHT), bottom: Math.max(TOP + 1, this.height - BOTTOM) };
  }

  private request(what: "cursor" | "all"): void {
    if (this.needs === "nothing") drawInNextFrame(this.draw);
    if (this.needs !== "all") this.needs = what;
  }

  private readonly draw = (): void => {
    leaveNextFrame(this.draw);
    const all = this.needs !== "cursor";
    this.needs = "nothing";
    if (this.width === 0 || this.height === 0) return;
    // The page may have come to another screen.
    if (this.ratio !== screenRatio()) this.fitAll();
    if (all) this.drawLines();
    this.drawCursor();
  };

  private drawLines(): void {
    const outside = this.scale();
    this.sheet.show(this.scene());
    if (outside !== this.outside) {
      this.outside = outside;
      this.handlers.onOutside?.(outside);
    }
  }

  /** Fits the scales to the model; returns how many values lie outside of what y shows. */
  private scale(): number {
    const { x, y, outside } = scalesOf(this.model, this.plotBox());
    this.x = x;
    this.y = y;
    return outside;
  }

  private scene(): PlotScene {
    const size = { width: this.width, height: this.height, ratio: screenRatio() };
    return sceneOf(this.model, size, this.plotBox(), this.x, this.y, (colour) => inkOf(colour, this.sheet.canvas));
  }

  private fitAll(): void {
    this.fit(this.sheet.canvas);
    if (this.overlay) this.fit(this.overlay);
  }

  /** Gives a canvas its place. A picture of another size than that stands at its upper left corner: it is not stretched until the next one is drawn. */
  private fit(canvas: HTMLCanvasElement): void {
    const ratio = screenRatio();
    const [wide, high] = pixelsOf({ width: this.width, height: this.height, ratio });
    const scaled = ratio === 1 ? "" : `;transform-origin:0 0;transform:scale(${1 / ratio})`;
    canvas.style.cssText = `position:absolute;left:0;top:0;width:${wide}px;height:${high}px;object-fit:none;object-position:0 0${scaled}`;
    this.ratio = ratio;
  }

  private drawCursor(): void {
    this.readout = null;
    if (!this.cursor && !this.selection) {
      this.overlay?.remove();
      this.overlay = null;
      return;
    }
    if (!this.overlay) {
      this.overlay = document.createElement("canvas");
      this.overlay.dataset.layer = "cursor";
      this.fit(this.overlay);
      this.sheet.canvas.after(this.overlay);
    }
    const surface = drawnOn(this.overlay, this.width, this.height);
    if (surface) this.drawMarks(surface);
  }

  /** What is chosen, the cursor, the line that is pointed at, and what is there in figures. */
  private drawMarks(surface: Surface): void {
    const { context, ink } = surface;
    const box = this.plotBox();
    if (this.selection) {
      context.fillStyle = ink("color-mix(in srgb, var(--accent) 18%, transparent)");
      context.fillRect(this.selection.low, box.top, this.selection.high - this.selection.low, box.bottom - box.top);
    }
    const { cursor } = this;
    if (!cursor) return;
    const px = this.x.at(cursor.x);
    // Pointed at in a list, and not at a place.
    if (Number.isNaN(cursor.x)) this.drawPointed(surface, box, cursor.lineId);
    if (!(px >= box.left - 1 && px <= box.right + 1)) return;
    context.strokeStyle = ink("var(--line-strong)");
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(Math.round(px) + 0.5, box.top);
    context.lineTo(Math.round(px) + 0.5, box.bottom);
    context.stroke();
    this.drawPointed(surface, box, cursor.lineId);
    this.readout = readoutAt({ model: this.model, x: cursor.x, y: this.y, lineId: cursor.lineId, py: cursor.py, brief: !cursor.own });
    drawReadout(surface, this.readout, px);
  }

  private drawPointed(surface: Surface, box: Box, lineId: string | null): void {
    const { context, ink } = surface;
    const line = this.pointable().find((each) => each.id === lineId);
    if (!line || !this.cursor) return;
    context.save();
    context.beginPath();
    context.rect(box.left, box.top, box.right - box.left, box.bottom - box.top);
    context.clip();
    if (this.pointable().length > 1) {
      const drawn = { colour: ink(line.colour), dash: line.dash ?? [], faint: false, data: line.data, upper: null };
      strokeLines(context, [drawn], this.x, this.y, { width: 3, alpha: 1, together: false, ratio: surface.ratio });
    }
    const index = Number.isNaN(this.cursor.x) ? -1 : nearestIndex(line.data.x, this.cursor.x);
    context.fillStyle = ink(line.colour);
    context.beginPath();
    context.arc(this.x.at(number(line.data.x, index)), this.y.at(number(line.data.y, index)), 4, 0, 2 * Math.PI);
    context.fill();
    context.restore();
  }

  private pointable(): PlotLine[] {
    return this.model.lines.filter((line) => !line.faint && !line.upper);
  }

  private hover(px: number, py: number): void {
    const box = this.plotBox();
    if (px < box.left - 4 || px > box.right + 4) {
      this.setCursor(null);
      return;
    }
    const value = this.x.valueAt(Math.min(box.right, Math.max(box.left, px)));
    let [best, bestX, bestDistance] = [null as PlotLine | null, value, Number.POSITIVE_INFINITY];
    for (const line of this.pointable()) {
      const index = nearestIndex(line.data.x, value);
      if (index < 0) continue;
      const dy = Math.abs(this.y.at(number(line.data.y, index)) - py);
      const dx = Math.abs(this.x.at(number(line.data.x, index)) - px);
      const distance = (Number.isFinite(dy) ? dy : 1e6) + dx;
      if (distance < bestDistance) [best, bestX, bestDistance] = [line, number(line.data.x, index), distance];
    }
    this.setCursor({ x: best ? bestX : value, py, lineId: best?.id ?? null, own: true });
  }

  private stepCursor(direction: 1 | -1): void {
    const line = this.pointable().find((each) => each.id === this.cursor?.lineId) ?? this.pointable()[0];
    if (!line || line.data.x.length === 0) return;
    const { x } = line.data;
    const at = this.cursor ? nearestIndex(x, this.cursor.x) + direction : nearestIndex(x, direction > 0 ? this.x.range.low : this.x.range.high);
    const index = Math.min(x.length - 1, Math.max(0, at));
    this.setCursor({ x: number(x, index), py: null, lineId: line.id, own: true });
  }

  private stepLine(direction: 1 | -1): void {
    const lines = this.pointable();
    if (lines.length === 0) return;
    const at = lines.findIndex((line) => line.id === this.cursor?.lineId);
    const line = lines[(at + direction + lines.length) % lines.length];
    if (line) this.setCursor({ x: this.cursor?.x ?? this.x.range.high, py: null, lineId: line.id, own: true });
  }

  private setCursor(cursor: { x: number; py: number | null; lineId: string | null; own: boolean } | null): void {
    this.cursor = cursor;
    this.group.tell(cursor ? { source: this, axis: this.model.axis, x: cursor.x, lineId: cursor.lineId } : null);
    this.request("cursor");
  }

  private follow(shared: SharedCursor | null): void {
    if (shared?.source === this || (shared === null && this.cursor === null)) return;
    this.cursor = shared && (shared.axis === this.model.axis || shared.axis === "") ? { x: shared.x, py: null, lineId: shared.lineId, own: false } : null;
    this.request("cursor");
  }

  private select(from: number, to: number): void {
    const box = this.plotBox();
    this.selection = { low: Math.max(box.left, Math.min(from, to)), high: Math.min(box.right, Math.max(from, to)) };
    this.request("cursor");
  }

  private choose(from: number, to: number): void {
    this.select(from, to);
    const chosen = this.selection;
    this.selection = null;
    const whole = this.whole() ?? paddedRange(this.model.xKind, Number.NaN, Number.NaN);
    if (chosen && chosen.high - chosen.low >= 4) this.show({ low: this.x.valueAt(chosen.low), high: this.x.valueAt(chosen.high) }, whole);
    this.request("cursor");
  }
}
