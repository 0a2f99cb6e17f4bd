import type { Range } from "../../client/series-window";
import { formatCount, formatMetric } from "../format";
import { type Bins, densities, greatest } from "./histogram";
import { inkOf } from "./ink";
import { Scale, ticks } from "./scale";

export interface HistogramBox {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** A place under the pointer or the keyboard: which histogram, and which bin of it. */
export interface HistogramPlace {
  index: number;
  bin: number;
}

const FONT = "11px system-ui, sans-serif";
const LEFT = 60;
const BOTTOM = 20;
const EDGE = 8;
const LABEL_WIDTH = 64;
const LABEL_HEIGHT = 36;
/** An empty bin stays clear; the rarest value is still seen. */
const FAINTEST = 0.08;

export function boxOf(width: number, height: number): HistogramBox {
  return { left: LEFT, right: Math.max(LEFT + 1, width - EDGE), top: EDGE, bottom: Math.max(EDGE + 1, height - BOTTOM) };
}

/** Fits a canvas to its element and clears it. Null while it has no size. */
export function surfaceOf(canvas: HTMLCanvasElement): { context: CanvasRenderingContext2D; width: number; height: number } | null {
  const [width, height, ratio] = [canvas.clientWidth, canvas.clientHeight, devicePixelRatio || 1];
  const context = canvas.getContext("2d");
  if (!context || width === 0 || height === 0) return null;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  context.font = FONT;
  return { context, width, height };
}

/** Draws histograms side by side, a column each: the darker a bin, the more of its histogram's values it holds. */
export function drawMap(canvas: HTMLCanvasElement, all: readonly Bins[], steps: readonly number[], range: Range, chosen: number, place: HistogramPlace | null): void {
  const surface = surfaceOf(canvas);
  if (!surface) return;
  const { context, width, height } = surface;
  const box = boxOf(width, height);
  const y = new Scale("linear", range, box.bottom, box.top);
  const column = (box.right - box.left) / all.length;
  context.fillStyle = inkOf("var(--accent)", canvas);
  for (const [index, bins] of all.entries()) {
    const dense = densities(bins);
    const most = greatest(dense);
    const x = box.left + index * column;
    for (const [bin, value] of dense.entries()) {
      if (!(value > 0)) continue;
      const [top, bottom] = [y.at(bins.edges[bin + 1] ?? 0), y.at(bins.edges[bin] ?? 0)];
      context.globalAlpha = FAINTEST + (1 - FAINTEST) * Math.sqrt(Math.min(1, value / most));
      context.fillRect(x, top, Math.max(1, column - (column > 6 ? 1 : 0)), Math.max(1, bottom - top));
    }
  }
  context.globalAlpha = 1;
  drawValueAxis(context, canvas, box, range, y);
  drawSteps(context, canvas, box, steps, column);
  context.strokeStyle = inkOf("var(--text)", canvas);
  context.lineWidth = 1.5;
  context.strokeRect(box.left + chosen * column, box.top, Math.max(2, column), box.bottom - box.top);
  const marked = place ? all[place.index] : undefined;
  if (place && marked) {
    const [top, bottom] = [y.at(marked.edges[place.bin + 1] ?? 0), y.at(marked.edges[place.bin] ?? 0)];
    context.strokeRect(box.left + place.index * column, top, Math.max(2, column), Math.max(2, bottom - top));
  }
}

/** Draws one histogram as bars; a bar's area is its share of the values. */
export function drawBars(canvas: HTMLCanvasElement, bins: Bins, range: Range, marked: number): void {
  const surface = surfaceOf(canvas);
  if (!surface) return;
  const { context, width, height } = surface;
  const box = boxOf(width, height);
  const x = new Scale("linear", range, box.left, box.right);
  const dense = densities(bins);
  const most = greatest(dense);
  for (const [bin, value] of dense.entries()) {
    if (!(value > 0)) continue;
    const [left, right] = [x.at(bins.edges[bin] ?? 0), x.at(bins.edges[bin + 1] ?? 0)];
    const tall = Math.max(1, Math.min(1, value / most) * (box.bottom - box.top));
    context.fillStyle = inkOf(bin === marked ? "var(--text)" : "var(--accent)", canvas);
    context.fillRect(left, box.bottom - tall, Math.max(1, right - left - (right - left > 4 ? 1 : 0)), tall);
  }
  context.strokeStyle = inkOf("var(--line)", canvas);
  context.beginPath();
  context.moveTo(box.left, box.bottom + 0.5);
  context.lineTo(box.right, box.bottom + 0.5);
  context.stroke();
  context.fillStyle = inkOf("var(--muted)", canvas);
  context.textAlign = "center";
  for (const tick of ticks("linear", range, (box.right - box.left) / LABEL_WIDTH)) {
    const label = formatMetric(tick);
    const half = context.measureText(label).width / 2;
    context.fillText(label, Math.min(Math.max(x.at(tick), half), width - half), box.bottom + 14);
  }
  context.textAlign = "right";
  const top = Math.max(0, ...bins.counts);
  if (top > 0) context.fillText(formatCount(top), box.left - 6, box.top + 8);
}

function drawValueAxis(context: CanvasRenderingContext2D, canvas: HTMLCanvasElement, box: HistogramBox, range: Range, y: Scale): void {
  context.fillStyle = inkOf("var(--muted)", canvas);
  context.textAlign = "right";
  for (const tick of ticks("linear", range, (box.bottom - box.top) / LABEL_HEIGHT)) context.fillText(formatMetric(tick), box.left - 6, y.at(tick) + 4, box.left - 8);
}

function drawSteps(context: CanvasRenderingContext2D, canvas: HTMLCanvasElement, box: HistogramBox, steps: readonly number[], column: number): void {
  context.fillStyle = inkOf("var(--muted)", canvas);
  context.textAlign = "center";
  const every = Math.max(1, Math.ceil(LABEL_WIDTH / column));
  for (let index = 0; index < steps.length; index += every) {
    const label = formatCount(steps[index] ?? 0);
    const half = context.measureText(label).width / 2;
    context.fillText(label, Math.min(box.left + (index + 0.5) * column, box.right - half), box.bottom + 14);
  }
}
