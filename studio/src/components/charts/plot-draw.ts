import type { Surface } from "./easel";
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
/** Points lie close when there are more than this for each pixel of the page. */
const DENSE = 0.25;
const FAINT = 0.28;
const BAND = 0.2;

/** Draws axes, bands, lines and marks. */
export function drawPlot(surface: Surface, model: PlotModel, box: Box, x: Scale, y: Scale): void {
  const { context, width, height, ink } = surface;
  context.fillStyle = ink("var(--surface)");
  context.fillRect(0, 0, width, height);
  drawAxes(surface, model, box, x, y);
  context.save();
  context.beginPath();
  context.rect(box.left, box.top, box.right - box.left, box.bottom - box.top);
  context.clip();
  context.lineJoin = "round";
  for (const line of model.lines) if (line.upper) drawBand(surface, line, line.upper, x, y);
  const main = model.lines.filter((line) => !line.faint && !line.upper);
  const faint = model.lines.filter((line) => line.faint);
  const many = model.lines.length > MANY_LINES;
  strokeLines(surface, faint, x, y, { width: 1, alpha: FAINT, together: many });
  strokeLines(surface, main, x, y, { width: many ? 1 : LINE_WIDTH, alpha: 1, together: many });
  if (!many) for (const line of main) drawDots(surface, line, x, y);
  context.restore();
  for (const line of faint.length > 0 ? faint : main) drawEdgeMarks(surface, line.data, box, x, y);
}

/** How lines are drawn: `together` those that look the same in one go. */
interface Stroke {
  width: number;
  alpha: number;
  together: boolean;
}

/** Draws lines in their order; together, those of one look where the first of them stands. */
export function strokeLines(surface: Surface, lines: readonly PlotLine[], x: Scale, y: Scale, { width, alpha, together }: Stroke): void {
  const { context, ratio, ink } = surface;
  const looks = new Map<string, PlotLine[]>();
  for (const [index, line] of lines.entries()) {
    const look = together ? `${line.colour} ${(line.dash ?? []).join()}` : String(index);
    const alike = looks.get(look);
    if (alike) alike.push(line);
    else looks.set(look, [line]);
  }
  context.globalAlpha = alpha;
  for (const alike of looks.values()) {
    const path = new Path2D();
    let most = 0;
    for (const { data } of alike) {
      trace(path, data, x, y, 1 / ratio);
      const [from, to] = shownPart(data, x);
      most = Math.max(most, to - from);
    }
    context.strokeStyle = ink(alike[0]?.colour ?? "");
    context.setLineDash(alike[0]?.faint ? [] : [...(alike[0]?.dash ?? [])]);
    strokePath(surface, path, width, most > Math.abs(x.end - x.start) * DENSE);
  }
  context.setLineDash([]);
  context.globalAlpha = 1;
}

/**
 * Strokes a path `width` wide. Where its points lie close, it is stroked in lines of one pixel of the screen, each beside the one before:
 * the outline of a wide stroke that goes up and down in every column takes twenty times as long.
 */
function strokePath({ context, ratio }: Surface, path: Path2D, width: number, isDense: boolean): void {
  const passes = isDense ? Math.max(1, Math.floor(width * ratio)) : 1;
  context.lineWidth = isDense ? 1 / ratio : width;
  for (let pass = 0; pass < passes; pass += 1) {
    const shift = (pass - (passes - 1) / 2) / ratio;
    context.translate(0, shift);
    context.stroke(path);
    context.translate(0, -shift);
  }
}

function drawBand({ context, ink }: Surface, line: PlotLine, upper: LineData, x: Scale, y: Scale): void {
  const [from, to] = shownPart(line.data, x);
  context.globalAlpha = BAND;
  context.fillStyle = ink(line.colour);
  context.beginPath();
  for (let index = from; index < to; index += 1) context.lineTo(x.at(number(line.data.x, index)), y.at(number(line.data.y, index)));
  for (let index = to - 1; index >= from; index -= 1) context.lineTo(x.at(number(upper.x, index)), y.at(number(upper.y, index)));
  context.fill();
  context.globalAlpha = 1;
}

function drawDots({ context, ink }: Surface, line: PlotLine, x: Scale, y: Scale): void {
  const [from, to] = shownPart(line.data, x);
  if (to - from > FEW_POINTS) return;
  context.fillStyle = ink(line.colour);
  context.beginPath();
  for (let index = from; index < to; index += 1) {
    const [px, py] = [x.at(number(line.data.x, index)), y.at(number(line.data.y, index))];
    if (!Number.isFinite(px) || !Number.isFinite(py)) continue;
    context.moveTo(px + 2, py);
    context.arc(px, py, 2, 0, 2 * Math.PI);
  }
  context.fill();
}

function drawAxes({ context, ink }: Surface, model: PlotModel, box: Box, x: Scale, y: Scale): void {
  context.font = FONT;
  context.lineWidth = 1;
  context.strokeStyle = ink("var(--line)");
  context.fillStyle = ink("var(--muted)");
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
  const gap = (xTicks[1] ?? Number.NaN) - (xTicks[0] ?? Number.NaN);
  for (const value of xTicks) {
    const text = model.xText(value, gap);
    const half = context.measureText(text).width / 2;
    const px = x.at(value);
    context.textAlign = px + half > box.right + 10 ? "right" : px - half < box.left - 10 ? "left" : "center";
    context.fillText(text, context.textAlign === "right" ? box.right + 10 : px, box.bottom + 6);
  }
}

/** NaN as a cross at the lower edge, the infinities and what lies outside of y as triangles at the edge they left by. */
function drawEdgeMarks({ context, ink }: Surface, data: LineData, box: Box, x: Scale, y: Scale): void {
  const [from, to] = [firstAtLeast(data.x, x.range.low), firstAbove(data.x, x.range.high)];
  context.strokeStyle = ink("var(--err)");
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
