import type { Range } from "../../client/series-window";
import { firstAbove, firstAtLeast, type LineData, number } from "./line-data";
import { paddedRange, Scale, type ScaleKind, ticks, timeTicks } from "./scale";
import { extent, robustExtent } from "./trace";

/** One line of a chart, or the band around one. */
export interface PlotLine {
  id: string;
  label: string;
  /** Any CSS colour. */
  colour: string;
  dash?: readonly number[];
  data: LineData;
  /** Drawn behind the others and not pointed at: the raw line under its smoothed one. */
  faint?: boolean;
  /** The upper edge of a band whose lower edge is `data`; the line itself is not drawn. */
  upper?: LineData;
}

/** All that a chart shows. */
export interface PlotModel {
  lines: readonly PlotLine[];
  xKind: ScaleKind;
  yKind: ScaleKind;
  /** Names the x axis: charts with the same share their cursor. */
  axis: string;
  /** The part of x that is shown; null for all. */
  window: Range | null;
  /** Fits the y axis to most of the values; the others are marked at the edge and counted. */
  clip: boolean;
  /** Ticks of x at round times. */
  timeTicks: boolean;
  /** `gap`: how far the ticks of an axis lie apart, so that no two read the same. */
  xText: (value: number, gap?: number) => string;
  /** Finer, for the readout. Defaults to `xText`. */
  xExact?: (value: number) => string;
  yText: (value: number) => string;
}

export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

const TICK_WIDTH = 84;
const TICK_HEIGHT = 38;

/** The values that are written along the x axis. */
export function xTicksOf(model: PlotModel, x: Scale): number[] {
  const wanted = Math.max(2, Math.floor((x.end - x.start) / TICK_WIDTH));
  const found = model.timeTicks && model.xKind === "linear" ? timeTicks(x.range, wanted) : ticks(model.xKind, x.range, wanted);
  return found.filter((value) => Number.isFinite(x.at(value)));
}

/** The values that are written along the y axis. */
export function yTicksOf(model: PlotModel, y: Scale): number[] {
  return ticks(model.yKind, y.range, Math.max(2, Math.floor((y.start - y.end) / TICK_HEIGHT)));
}

/** From the first to the last x of all lines; null when no line has a point. */
export function wholeRange(lines: readonly PlotLine[], kind: ScaleKind): Range | null {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { data } of lines) {
    const first = kind === "log" ? firstAbove(data.x, 0) : 0;
    if (first >= data.x.length) continue;
    low = Math.min(low, number(data.x, first));
    high = Math.max(high, number(data.x, data.x.length - 1));
  }
  return low <= high ? { low, high } : null;
}

/** The scales of a chart in `box`, and how many values lie outside of what y shows. */
export function scalesOf(model: PlotModel, box: Box): { x: Scale; y: Scale; outside: number } {
  const whole = wholeRange(model.lines, model.xKind);
  const range = model.window ?? (whole && whole.low < whole.high ? whole : paddedRange(model.xKind, whole?.low ?? Number.NaN, whole?.high ?? Number.NaN));
  const x = new Scale(model.xKind, range, box.left, box.right);
  const log = model.yKind === "log";
  const datas = model.lines.flatMap((line) => (line.upper ? [line.data, line.upper] : [line.data]));
  // Smoothing spreads what lies far out: what was logged decides.
  const hasFaint = model.lines.some((line) => line.faint);
  const logged = hasFaint ? model.lines.filter((line) => line.faint).map((line) => line.data) : datas;
  let found: [number, number] | null = null;
  if (model.clip) found = robustExtent(logged, x, log);
  else
    for (const data of datas) {
      const each = extent(data, x, log);
      if (each) found = found ? [Math.min(found[0], each[0]), Math.max(found[1], each[1])] : each;
    }
  const y = new Scale(model.yKind, paddedRange(model.yKind, found?.[0] ?? Number.NaN, found?.[1] ?? Number.NaN), box.bottom, box.top);
  return { x, y, outside: model.clip ? countOutside(logged, x, y) : 0 };
}

function countOutside(datas: readonly LineData[], x: Scale, y: Scale): number {
  let count = 0;
  for (const data of datas) {
    const [from, to] = [firstAtLeast(data.x, x.range.low), firstAbove(data.x, x.range.high)];
    for (let index = from; index < to; index += 1) {
      const value = number(data.y, index);
      if (value < y.range.low || value > y.range.high) count += 1;
    }
  }
  return count;
}
