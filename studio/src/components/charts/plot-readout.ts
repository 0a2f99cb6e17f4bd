import { inkOf } from "./ink";
import { nearestIndex, number } from "./line-data";
import styles from "./LineChart.module.css";
import type { PlotLine, PlotModel } from "./plot-model";
import type { Scale } from "./scale";

interface Reading {
  model: PlotModel;
  x: number;
  /** Where the cursor stands, in pixels of the chart, whose width is `width`. */
  px: number;
  width: number;
  y: Scale;
  lineId: string | null;
  /** The pointer's height; null when the cursor was moved by a key or in another chart. */
  py: number | null;
  /** One line only: another chart has the pointer. */
  brief: boolean;
}

const MOST_LINES = 8;

/** The values under the cursor, beside it: x, and the lines nearest to the pointer. Elements are used again, so that moving costs little. */
export class PlotReadout {
  private readonly element = document.createElement("div");
  private readonly title = document.createElement("div");
  private readonly rows: { row: HTMLElement; swatch: HTMLElement; label: HTMLElement; value: HTMLElement }[] = [];

  constructor(box: HTMLElement) {
    this.element.className = styles.readout ?? "";
    this.element.hidden = true;
    this.title.className = styles.readoutX ?? "";
    this.element.append(this.title);
    box.append(this.element);
  }

  close(): void {
    this.element.remove();
  }

  hide(): void {
    this.element.hidden = true;
  }

  show(reading: Reading): void {
    const { model } = reading;
    const found = nearestLines(reading, reading.brief ? 1 : MOST_LINES);
    this.title.textContent = (model.xExact ?? model.xText)(reading.x);
    for (const [index, { line, value }] of found.entries()) this.fill(index, line, model.yText(value), line.id === reading.lineId && found.length > 1);
    for (const row of this.rows.slice(found.length)) row.row.hidden = true;
    this.element.hidden = false;
    const onLeft = reading.px > reading.width / 2;
    this.element.style.transform = `translateX(${Math.round(reading.px + (onLeft ? -10 : 10))}px)${onLeft ? " translateX(-100%)" : ""}`;
  }

  /** What the readout says, for who hears it. */
  text(): string {
    if (this.element.hidden) return "";
    const shown = this.rows.filter((row) => !row.row.hidden);
    const strong = shown.find((row) => row.row.dataset.strong === "true") ?? shown[0];
    return strong ? `${this.title.textContent}: ${strong.label.textContent} ${strong.value.textContent}` : "";
  }

  private fill(index: number, line: PlotLine, value: string, strong: boolean): void {
    const cells = this.rows[index] ?? this.addRow();
    cells.row.hidden = false;
    cells.row.dataset.strong = String(strong);
    cells.swatch.style.background = inkOf(line.colour);
    if (cells.label.textContent !== line.label) cells.label.textContent = line.label;
    if (cells.value.textContent !== value) cells.value.textContent = value;
  }

  private addRow() {
    const [row, swatch, label, value] = [document.createElement("div"), document.createElement("i"), document.createElement("span"), document.createElement("b")];
    row.append(swatch, label, value);
    this.element.append(row);
    const cells = { row, swatch, label, value };
    this.rows.push(cells);
    return cells;
  }
}

/** The lines with a value at the cursor, those nearest to the pointer; in the order in which they stand. */
function nearestLines({ model, x, y, lineId, py }: Reading, most: number): { line: PlotLine; value: number }[] {
  const found: { line: PlotLine; value: number; height: number }[] = [];
  for (const line of model.lines) {
    if (line.faint || line.upper) continue;
    const index = nearestIndex(line.data.x, x);
    if (index < 0) continue;
    const value = number(line.data.y, index);
    found.push({ line, value, height: y.at(value) });
  }
  const pointed = found.find((each) => each.line.id === lineId);
  const middle = py ?? pointed?.height ?? 0;
  const distance = (each: { line: PlotLine; height: number }) => (each.line.id === lineId ? -1 : Number.isFinite(each.height) ? Math.abs(each.height - middle) : 1e9);
  if (found.length > most) found.sort((left, right) => distance(left) - distance(right)).length = most;
  return found.sort((left, right) => left.height - right.height || 0);
}
