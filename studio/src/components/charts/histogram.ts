import type { Schemas } from "../../client/api";

export type Histogram = Schemas["Histogram"];

/** Edges and counts of one histogram, as numbers. */
export interface Bins {
  counts: readonly number[];
  edges: readonly number[];
}

export function binsOf(histogram: Histogram): Bins {
  return { counts: histogram.counts ?? [], edges: histogram.edges ?? [] };
}

/** The least and the greatest edge of all; null when none has a bin. A range without a width gets one. */
export function edgeRange(all: readonly Bins[]): { low: number; high: number } | null {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { edges } of all) {
    if (edges.length === 0) continue;
    low = Math.min(low, edges[0] ?? low);
    high = Math.max(high, edges.at(-1) ?? high);
  }
  if (!(low <= high)) return null;
  return low === high ? { low: low - 0.5, high: high + 0.5 } : { low, high };
}

/** The bin that holds `value`: the last one holds its upper edge too. -1 where there is none. */
export function binAt({ counts, edges }: Bins, value: number): number {
  const last = counts.length - 1;
  if (last < 0 || !(value >= (edges[0] ?? Number.NaN) && value <= (edges.at(-1) ?? Number.NaN))) return -1;
  let [low, high] = [0, last];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((edges[middle] ?? 0) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** How dense a bin is: its share of all values for each unit of its width, so that bins of unequal width can be compared. */
export function densities({ counts, edges }: Bins): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0) || 1;
  return counts.map((count, index) => count / total / Math.max((edges[index + 1] ?? 0) - (edges[index] ?? 0), Number.MIN_VALUE));
}

/** The finite maximum of some numbers, 1 when there is none above 0. */
export function greatest(values: readonly number[]): number {
  return values.reduce((most, value) => (Number.isFinite(value) && value > most ? value : most), 0) || 1;
}
