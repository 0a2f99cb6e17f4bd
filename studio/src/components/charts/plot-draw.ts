import { inkOf } from "./ink";
import { firstAbove, firstAtLeast, type LineData, number } from "./line-data";
import type { Box, PlotLine, PlotModel } from "./plot-model";
import { type Scale, ticks, timeTicks } from "./scale";
import { shownPart, trace } from "./trace";

const FONT = "11px system-ui, sans-serif";
const TICK_WIDTH = 84;
const TICK_HEIGHT = 38;
const LINE_WIDTH = 1.6;
/** With so many lines each is thinner, and none has a dot for every point. */
const MANY_LINES = 24;
/** Points stand apart when there are no more than this. */
const FEW_POINTS = 60;
const FAINT = 0.28;
const BAND = 0.2;

export interface Surface {
  context: CanvasRenderingContext2D;
  width: number;
  height: number;
  /** Pixels of the screen in one of the page. */
  ratio: number;
}

/** Draws axes, bands, lines and marks. */
export function drawPlot(surface: Surface, model: PlotModel, box: Box, x: Scale, y: Scale): void {
  const { context, width, height, ratio } = surface;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.fillStyle = inkOf("var(--surface)", context.canvas);
  context.fillRect(0, 0, width, height);
  drawAxes(context, model, box, x, y);
  context.save();
  context.beginPath();
  context.rect(box.left, box.top, box.right - box.left, box.bottom - box.top);
  context.clip();
  context.lineJoin = "round";
  const column = 1 / ratio;
  for (const line of model.lines) if (line.upper) drawBand(context, line, line.upper, x, y);
  for (const line of model.lines) if (line.faint) strokeLine(context, line, x, y, column, 1, FAINT);
  const width1 = model.lines.length > MANY_LINES ? 1 : LINE_WIDTH;
  for (const line of model.lines) if (!line.faint && !line.upper) strokeLine(context, line, x, y, column, width1, 1);
  if (model.lines.length <= MANY_LINES) for (const line of model.lines) if (!line.faint && !line.upper) drawDots(context, line, x, y);
  context.restore();
  for (const line of model.lines) if (!line.upper && (line.faint || !model.lines.some((other) => other.faint))) drawEdgeMarks(context, line.data, box, x, y);
}

/** Draws one line over the others, as the one that is pointed at. */
export function strokeLine(context: CanvasRenderingContext2D, line: PlotLine, x: Scale, y: Scale, column: number, width: number, alpha: number): void {
  context.globalAlpha = alpha;
  context.strokeStyle = inkOf(line.colour, context.canvas);
  context.lineWidth = width;
  context.setLineDash(line.faint ? [] : [...(line.dash ?? [])]);
  context.beginPath();
  trace(context, line.data, x, y, column);
  context.stroke();
  context.setLineDash([]);
  context.globalAlpha = 1;
}

function drawBand(context: CanvasRenderingContext2D, line: PlotLine, upper: LineData, x: Scale, y: Scale): void {
  const [from, to] = shownPart(line.data, x);
  context.globalAlpha = BAND;
  context.fillStyle = inkOf(line.colour, context.canvas);
  context.beginPath();
  for (let index = from; index < to; index += 1) context.lineTo(x.at(number(line.data.x, index)), y.at(number(line.data.y, index)));
  for (let index = to - 1; index >= from; index -= 1) context.lineTo(x.at(number(upper.x, index)), y.at(number(upper.y, index)));
  context.fill();
  context.globalAlpha = 1;
}

function drawDots(context: CanvasRenderingContext2D, line: PlotLine, x: Scale, y: Scale): void {
  const [from, to] = shownPart(line.data, x);
  if (to - from > FEW_POINTS) return;
  context.fillStyle = inkOf(line.colour, context.canvas);
  context.beginPath();
  for (let index = from; index < to; index += 1) {
    const [px, py] = [x.at(number(line.data.x, index)), y.at(number(line.data.y, index))];
    if (!Number.isFinite(px) || !Number.isFinite(py)) continue;
    context.moveTo(px + 2, py);
    context.arc(px, py, 2, 0, 2 * Math.PI);
  }
  context.fill();
}

function drawAxes(context: CanvasRenderingContext2D, model: PlotModel, box: Box, x: Scale, y: Scale): void {
  context.font = FONT;
  context.lineWidth = 1;
  context.strokeStyle = inkOf("var(--line)", context.canvas);
  context.fillStyle = inkOf("var(--muted)", context.canvas);
  const xWanted = Math.max(2, Math.floor((box.right - box.left) / TICK_WIDTH));
  const xTicks = (model.timeTicks && model.xKind === "linear" ? timeTicks(x.range, xWanted) : ticks(model.xKind, x.range, xWanted)).filter((value) => Number.isFinite(x.at(value)));
  const yTicks = ticks(model.yKind, y.range, Math.max(2, Math.floor((box.bottom - box.top) / TICK_HEIGHT)));
  context.beginPath();
  for (const value of xTicks) {
    const px = Math.round(x.at(value)) + 0.5;
    context.moveTo(px, box.top);
    context.lineTo(px, box.bottom);
  }
  for (const value of yTicks) {
    const py = Math.round(y.at(value)) + 0.5;
    context.moveTo(box.left, py);
    context.lineTo(box.right, py);
  }
  context.stroke();
  context.textBaseline = "middle";
  context.textAlign = "right";
  for (const value of yTicks) context.fillText(model.yText(value), box.left - 6, y.at(value));
  context.textBaseline = "top";
  for (const value of xTicks) {
    const text = model.xText(value);
    const half = context.measureText(text).width / 2;
    const px = x.at(value);
    context.textAlign = px + half > box.right + 10 ? "right" : px - half < box.left - 10 ? "left" : "center";
    context.fillText(text, context.textAlign === "right" ? box.right + 10 : px, box.bottom + 6);
  }
}

/** NaN as a cross at the lower edge, the infinities and what lies outside of y as triangles at the edge they left by. */
function drawEdgeMarks(context: CanvasRenderingContext2D, data: LineData, box: Box, x: Scale, y: Scale): void {
  const [from, to] = [firstAtLeast(data.x, x.range.low), firstAbove(data.x, x.range.high)];
  context.strokeStyle = inkOf("var(--err)", context.canvas);
  context.fillStyle = context.strokeStyle;
  context.lineWidth = 1.2;
  context.beginPath();
  const triangles = new Path2D();
  for (let index = from; index < to; index += 1) {
    const value = number(data.y, index);
    if (value >= y.range.low && value <= y.range.high) continue;
    if (y.kind === "log" && value <= 0 && Number.isFinite(value)) continue;
    const px = x.at(number(data.x, index));
    const up = value > y.range.high;
    const py = up ? box.top + 4 : box.bottom - 4;
    if (Number.isNaN(value)) {
      context.moveTo(px - 3, py - 3);
      context.lineTo(px + 3, py + 3);
      context.moveTo(px + 3, py - 3);
      context.lineTo(px - 3, py + 3);
    } else {
      triangles.moveTo(px, py + (up ? -4 : 4));
      triangles.lineTo(px - 3, py + (up ? 2 : -2));
      triangles.lineTo(px + 3, py + (up ? 2 : -2));
    }
  }
  context.stroke();
  context.fill(triangles);
}
