export interface Box {
  count: number;
  min: number;
  lower: number;
  median: number;
  upper: number;
  max: number;
  /** The last values within one and a half times the box's length beyond it. */
  whiskerLow: number;
  whiskerHigh: number;
  outliers: number[];
}

const REACH = 1.5;

/** The quartiles of values (straight between neighbours), the whiskers, and what lies beyond them. Null without values. */
export function boxOf(values: readonly number[]): Box | null {
  const sorted = [...values].sort((left, right) => left - right);
  const [min, max] = [sorted[0], sorted.at(-1)];
  if (min === undefined || max === undefined) return null;
  const at = (share: number) => {
    const place = share * (sorted.length - 1);
    const [below, above] = [sorted[Math.floor(place)] ?? min, sorted[Math.ceil(place)] ?? max];
    return below + (above - below) * (place - Math.floor(place));
  };
  const [lower, median, upper] = [at(0.25), at(0.5), at(0.75)];
  const reach = (upper - lower) * REACH;
  const within = sorted.filter((value) => value >= lower - reach && value <= upper + reach);
  return { count: sorted.length, min, lower, median, upper, max, whiskerLow: within[0] ?? min, whiskerHigh: within.at(-1) ?? max, outliers: sorted.filter((value) => value < lower - reach || value > upper + reach) };
}
