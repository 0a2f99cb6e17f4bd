import type { Range } from "../../client/series-window";

export type ScaleKind = "linear" | "log";

/** Where a value lies on an axis, in pixels, and back. */
export class Scale {
  private readonly low: number;
  private readonly perUnit: number;

  constructor(
    readonly kind: ScaleKind,
    readonly range: Range,
    readonly start: number,
    readonly end: number,
  ) {
    this.low = this.forward(range.low);
    this.perUnit = (end - start) / (this.forward(range.high) - this.low || 1);
  }

  /** NaN for what a logarithmic axis cannot show. */
  at(value: number): number {
    return this.start + (this.forward(value) - this.low) * this.perUnit;
  }

  valueAt(pixel: number): number {
    const place = this.low + (pixel - this.start) / this.perUnit;
    return this.kind === "log" ? 10 ** place : place;
  }

  private forward(value: number): number {
    if (this.kind === "linear") return value;
    return value > 0 ? Math.log10(value) : Number.NaN;
  }
}

const PAD = 0.06;

/** The range that an axis shows for data between `low` and `high`: a constant sits in the middle and nothing on the edge. */
export function paddedRange(kind: ScaleKind, low: number, high: number): Range {
  if (!(low <= high)) return kind === "log" ? { low: 0.1, high: 10 } : { low: 0, high: 1 };
  if (kind === "log") {
    const pad = Math.max((Math.log10(high) - Math.log10(low)) * PAD, 0.05);
    return { low: low / 10 ** pad, high: high * 10 ** pad };
  }
  const pad = high === low ? Math.abs(high) * 0.1 || 1 : (high - low) * PAD;
  return { low: low - pad, high: high + pad };
}

const NICE = [1, 2, 5, 10];

/** Round values between the ends of `range`, about `wanted` of them. */
export function ticks(kind: ScaleKind, range: Range, wanted: number): number[] {
  if (kind === "log") return logTicks(range, wanted);
  return steppedTicks(range, niceStep((range.high - range.low) / Math.max(1, wanted)));
}

/** Round numbers of seconds, minutes, hours or days. */
export function timeTicks(range: Range, wanted: number): number[] {
  const rough = (range.high - range.low) / Math.max(1, wanted);
  const step = TIME_STEPS.find((each) => each >= rough) ?? niceStep(rough / DAY_S) * DAY_S;
  return rough < 1 ? steppedTicks(range, niceStep(rough)) : steppedTicks(range, step);
}

const DAY_S = 86_400;
const TIME_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, DAY_S];

function niceStep(rough: number): number {
  if (!(rough > 0) || !Number.isFinite(rough)) return 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * (NICE.find((nice) => nice * power >= rough * 0.7) ?? 10);
}

function steppedTicks(range: Range, step: number): number[] {
  const first = Math.ceil(range.low / step - 1e-9);
  const last = Math.floor(range.high / step + 1e-9);
  if (!(last - first < 1000)) return [];
  // Neither added up nor multiplied by a fraction: 0.1 + 0.2 and 3 × 0.1 are no round numbers, and 3 / 10 is.
  const perUnit = step < 1 && step > 1e-300 ? Math.round(1 / step) : 0;
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => (perUnit > 0 ? (first + index) / perUnit : (first + index) * step));
}

function logTicks(range: Range, wanted: number): number[] {
  const [low, high] = [Math.ceil(Math.log10(range.low) - 1e-9), Math.floor(Math.log10(range.high) + 1e-9)];
  if (high - low < 1) return steppedTicks(range, niceStep((range.high - range.low) / Math.max(1, wanted))).filter((value) => value > 0);
  const every = Math.max(1, Math.ceil((high - low) / Math.max(1, wanted)));
  return Array.from({ length: Math.floor((high - low) / every) + 1 }, (_, index) => 10 ** (low + index * every));
}
