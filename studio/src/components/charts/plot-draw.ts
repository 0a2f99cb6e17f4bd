import type { Pencil } from "./easel";
import { firstAbove, firstAtLeast, type LineData, number } from "./line-data";
import { type PlotScene, type SceneLine, scaleOf } from "./plot-scene";
import type { Scale } from "./scale";
import { shownPart, trace } from "./trace";

const FONT = "11px system-ui, sans-serif";
const LINE_WIDTH = 1.6;
/** With so many lines each is thinner, and none has a dot for every point. */
const MANY_LINES = 24;
/** The points of a line stand apart when they are this many pixels of the page from each other, in the mean. */
const APART = 8;
/** Points lie close when there are more than this for each pixel of the page. */
const DENSE = 0.25;
const FAINT = 0.28;
const BAND = 0.2;

/** Draws a whole chart: axes, bands, lines and marks. */
export function drawScene(context: Pencil, scene: PlotScene): void {
  const { width, height, ratio, box, lines, inks } = scene;
  const [x, y] = [scaleOf(scene.x), scaleOf(scene.y)];
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.fillStyle = inks.surface;
  context.fillRect(0, 0, width, height);
  drawAxes(context, scene, x, y);
  context.save();
  context.beginPath();
  context.rect(box.left, box.top, box.right - box.left, box.bottom - box.top);
  context.clip();
  context.lineJoin = "round";
  for (const line of lines) if (line.upper) drawBand(context, line, line.upper, x, y);
  const main = lines.filter((line) => !line.faint && !line.upper);
  const faint = lines.filter((line) => line.faint);
  const many = lines.length > MANY_LINES;
  strokeLines(context, faint, x, y, { width: 1, alpha: FAINT, together: many, ratio });
  strokeLines(context, main, x, y, { width: many ? 1 : LINE_WIDTH, alpha: 1, together: many, ratio });
  if (!many) for (const line of main) drawDots(context, line, x, y);
  context.restore();
  for (const line of faint.length > 0 ? faint : main) drawEdgeMarks(context, line.data, scene, x, y);
}

/** How lines are drawn: `together` those that look the same in one go. `ratio`: pixels of the screen in one of the page. */
interface Stroke {
  width: number;
  alpha: number;
  together: boolean;
  ratio: number;
}

/** Draws lines in their order; together, those of one look where the first of them stands. */
export function strokeLines(context: Pencil, lines: readonly SceneLine[], x: Scale, y: Scale, { width, alpha, together, ratio }: Stroke): void {
  const looks = new Map<string, SceneLine[]>();
  for (const [index, line] of lines.entries()) {
    const look = together ? `${line.colour} ${line.dash.join()}` : String(index);
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
    context.strokeStyle = alike[0]?.colour ?? "";
    context.setLineDash(alike[0]?.faint ? [] : [...(alike[0]?.dash ?? [])]);
    strokePath(context, path, width, ratio, most > Math.abs(x.end - x.start) * DENSE);
  }
  context.setLineDash([]);
  context.globalAlpha = 1;
}

/**
 * Strokes a path `width` wide. Where its points lie close, it is stroked in lines of one pixel of the screen, each beside the one before:
 * the outline of a wide stroke that goes up and down in every column takes twenty times as long.
 */
function strokePath(context: Pencil, path: Path2D, width: number, ratio: number, isDense: boolean): void {
  const passes = isDense ? Math.max(1, Math.floor(width * ratio)) : 1;
  context.lineWidth = isDense ? 1 / ratio : width;
  for (let pass = 0; pass < passes; pass += 1) {
    const shift = (pass - (passes - 1) / 2) / ratio;
    context.translate(0, shift);
    context.stroke(path);
    context.translate(0, -shift);
  }
}

function drawBand(context: Pencil, line: SceneLine, upper: LineData, x: Scale, y: Scale): void {
  const [from, to] = shownPart(line.data, x);
  context.globalAlpha = BAND;
  context.fillStyle = line.colour;
  context.beginPath();
  for (let index = from; index < to; index += 1) context.lineTo(x.at(number(line.data.x, index)), y.at(number(line.data.y, index)));
  for (let index = to - 1; index >= from; index -= 1) context.lineTo(x.at(number(upper.x, index)), y.at(number(upper.y, index)));
  context.fill();
  context.globalAlpha = 1;
}

/** Whether each of these points can have a dot of its own, so that dots do not run together into a thicker line. */
export function standApart(data: LineData, from: number, to: number, x: Scale): boolean {
  if (to - from <= 1) return true;
  const [first, last] = [x.at(number(data.x, from)), x.at(number(data.x, to - 1))];
  const reach = Math.abs(last - (Number.isFinite(first) ? first : x.start));
  return reach >= (to - from - 1) * APART;
}

function drawDots(context: Pencil, line: SceneLine, x: Scale, y: Scale): void {
  const [from, to] = shownPart(line.data, x);
  if (!standApart(line.data, from, to, x)) return;
  context.fillStyle = line.colour;
  context.beginPath();
  for (let index = from; index < to; index += 1) {
    const [px, py] = [x.at(number(line.data.x, index)), y.at(number(line.data.y, index))];
    if (!Number.isFinite(px) || !Number.isFinite(py)) continue;
    context.moveTo(px + 2, py);
    context.arc(px, py, 2, 0, 2 * Math.PI);
  }
  context.fill();
}

function drawAxes(context: Pencil, { box, inks, x: xAxis, y: yAxis }: PlotScene, x: Scale, y: Scale): void {
  context.font = FONT;
  context.lineWidth = 1;
  context.strokeStyle = inks.line;
  context.fillStyle = inks.muted;
  context.beginPath();
  for (const { value } of xAxis.ticks) {
    const px = Math.round(x.at(value)) + 0.5;
    context.moveTo(px, box.top);
    context.lineTo(px, box.bottom);
  }
  for (const { value } of yAxis.ticks) {
    const py = Math.round(y.at(value)) + 0.5;
    context.moveTo(box.left, py);
    context.lineTo(box.right, py);
  }
  context.stroke();
  context.textBaseline = "middle";
  context.textAlign = "right";
  for (const { value, text } of yAxis.ticks) context.fillText(text, box.left - 6, y.at(value));
  context.textBaseline = "top";
  for (const { value, text } of xAxis.ticks) {
    const half = context.measureText(text).width / 2;
    const px = x.at(value);
    context.textAlign = px + half > box.right + 10 ? "right" : px - half < box.left - 10 ? "left" : "center";
    context.fillText(text, context.textAlign === "right" ? box.right + 10 : px, box.bottom + 6);
  }
}

/** NaN as a cross at the lower edge, the infinities and what lies outside of y as triangles at the edge they left by. */
function drawEdgeMarks(context: Pencil, data: LineData, { box, inks }: PlotScene, x: Scale, y: Scale): void {
  const [from, to] = [firstAtLeast(data.x, x.range.low), firstAbove(data.x, x.range.high)];
  context.strokeStyle = inks.error;
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
