/** The part of an address that says which metrics of a run are shown, and how. */
export interface MetricsSearch {
  find?: string;
  x?: string;
  y?: string;
  ema?: string;
  clip?: string;
  zoom?: string;
}

export const METRICS_KEYS = ["find", "x", "y", "ema", "clip", "zoom"] as const;
