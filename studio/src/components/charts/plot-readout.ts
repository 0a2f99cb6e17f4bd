import type { Pencil, Surface } from "./easel";
import { nearestIndex, number } from "./line-data";
import type { PlotLine, PlotModel } from "./plot-model";
import type { Scale } from "./scale";

export interface Cursor {
  model: PlotModel;
  x: number;
  y: Scale;
  lineId: string | null;
  /** The pointer's height; null when the cursor was moved by a key or in another chart. */
  py: number | null;
  /** One line only: another chart has the pointer. */
  brief: boolean;
}

/** What stands at a cursor: x, and the lines nearest to the pointer from top to bottom. */
export interface Readout {
  title: string;
  rows: readonly { line: PlotLine; value: string; strong: boolean }[];
}

const MOST_LINES = 8;

export function readoutAt(cursor: Cursor): Readout {
  const { model } = cursor;
  const found = nearestLines(cursor, cursor.brief ? 1 : MOST_LINES);
  return {
    title: (model.xExact ?? model.xText)(cursor.x),
    rows: found.map(({ line, value }) => ({ line, value: model.yText(value), strong: line.id === cursor.lineId && found.length > 1 })),
  };
}

/** The readout in a sentence, for who hears it. */
export function spokenReadout({ title, rows }: Readout): string {
  const row = rows.find((each) => each.strong) ?? rows[0];
  return row ? `${title}: ${row.line.label} ${row.value}` : "";
}

interface Found {
  line: PlotLine;
  value: number;
  height: number;
  distance: number;
}

/** The lines with a value at the cursor, those nearest to the pointer; in the order in which they stand. */
function nearestLines({ model, x, y, lineId, py }: Cursor, most: number): Found[] {
  const found: Found[] = [];
  for (const line of model.lines) {
    if (line.faint || line.upper) continue;
    const index = nearestIndex(line.data.x, x);
    if (index < 0) continue;
    const value = number(line.data.y, index);
    found.push({ line, value, height: y.at(value), distance: 0 });
  }
  if (found.length > most) {
    const middle = py ?? found.find((each) => each.line.id === lineId)?.height ?? 0;
    for (const each of found) each.distance = each.line.id === lineId ? -1 : Number.isFinite(each.height) ? Math.abs(each.height - middle) : 1e9;
    found.sort((left, right) => left.distance - right.distance).length = most;
  }
  return found.sort((left, right) => left.height - right.height || 0);
}

const FONT = "12px system-ui, sans-serif";
const STRONG_FONT = "600 12px system-ui, sans-serif";
const ROW = 18;
const PAD_X = 8;
const PAD_Y = 4;
const TOP = 8;
const AWAY = 10;
const DOT = 14;
const GAP = 12;
const MOST_WIDTH = 320;
const MOST_SHARE = 0.7;

/** Draws a readout beside the place `px`. It is part of the picture and no element: the page then has nothing to lay out while the pointer moves. */
export function drawReadout({ context, width, ink }: Surface, { title, rows }: Readout, px: number): void {
  const most = Math.min(MOST_WIDTH, width * MOST_SHARE) - 2 * PAD_X;
  context.font = STRONG_FONT;
  const valueWidths = rows.map((row) => context.measureText(row.value).width);
  const labelMost = most - DOT - GAP - Math.max(0, ...valueWidths);
  const labels = rows.map((row) => fitted(context, row.line.label, labelMost, row.strong));
  context.font = FONT;
  const inner = Math.min(most, Math.max(context.measureText(title).width, ...labels.map((label, index) => DOT + label.width + GAP + (valueWidths[index] ?? 0))));
  const outer = inner + 2 * PAD_X;
  const left = Math.round(px > width / 2 ? Math.max(0, px - AWAY - outer) : Math.min(px + AWAY, width - outer));
  context.fillStyle = ink("color-mix(in srgb, var(--raised) 94%, transparent)");
  context.strokeStyle = ink("var(--line-strong)");
  context.lineWidth = 1;
  context.beginPath();
  context.roundRect(left + 0.5, TOP + 0.5, outer - 1, (rows.length + 1) * ROW + 2 * PAD_Y - 1, 6);
  context.fill();
  context.stroke();
  context.textBaseline = "middle";
  context.textAlign = "left";
  context.fillStyle = ink("var(--muted)");
  let y = TOP + PAD_Y + ROW / 2;
  context.fillText(title, left + PAD_X, y, inner);
  const text = ink("var(--text)");
  for (const [index, row] of rows.entries()) {
    y += ROW;
    context.fillStyle = ink(row.line.colour);
    context.beginPath();
    context.arc(left + PAD_X + 4, y, 4, 0, 2 * Math.PI);
    context.fill();
    context.fillStyle = text;
    context.font = row.strong ? STRONG_FONT : FONT;
    context.fillText(labels[index]?.text ?? "", left + PAD_X + DOT, y);
    context.font = STRONG_FONT;
    context.textAlign = "right";
    context.fillText(row.value, left + outer - PAD_X, y);
    context.textAlign = "left";
  }
}

const fits = new Map<string, { text: string; width: number }>();
const MOST_FITS = 2000;

/** A label, cut at its end where it is wider than `most`. */
function fitted(context: Pencil, label: string, most: number, strong: boolean): { text: string; width: number } {
  const key = `${Math.floor(most)} ${strong} ${label}`;
  const known = fits.get(key);
  if (known) return known;
  context.font = strong ? STRONG_FONT : FONT;
  let [text, width] = [label, context.measureText(label).width];
  while (width > most && text.length > 1) {
    // A good guess first; then letter by letter.
    const kept = Math.min(text.length - 1, Math.floor((text.length * most) / width) + 1);
    text = text.slice(0, kept).trimEnd();
    width = context.measureText(`${text}…`).width;
    if (width <= most) text += "…";
  }
  if (fits.size >= MOST_FITS) fits.clear();
  const fit = { text, width };
  fits.set(key, fit);
  return fit;
}
