import type { XKind } from "./line-data";

/** How the line charts of a page are drawn. */
export interface LineSettings {
  x: XKind;
  /** The metric along x, when `x` is `metric`. */
  xMetric?: string | undefined;
  xLog: boolean;
  yLog: boolean;
  /** Weight of the past, 0 for none. */
  smoothing: number;
  /** Fit y to most of the values. */
  clip: boolean;
}

export const SMOOTHING_MAX = 0.99;

/** A number of the address, kept within what is possible. */
export function smoothingOf(text: string | undefined): number {
  const value = Number(text ?? 0);
  return Number.isFinite(value) ? Math.min(SMOOTHING_MAX, Math.max(0, value)) : 0;
}
