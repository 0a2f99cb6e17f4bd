import type { MetricSeries, MetricSummary } from "../client/metric";
import type { Run } from "../client/run";

/** What the kernel sends: see `RunData.as_json` in runyard/widgets/run_data.py. */
export interface WidgetData {
  run: Run;
  metrics: MetricSummary[];
  series: MetricSeries[];
  children: Run[];
  children_count: number;
  logs: string[];
  log: { name: string | null; text: string };
}

export interface WidgetState {
  data: WidgetData;
  url: string;
  log_name: string;
  problem: string;
}

/** The part of anywidget's model that is used here. */
export interface WidgetModel {
  get<K extends keyof WidgetState>(key: K): WidgetState[K];
  set<K extends keyof WidgetState>(key: K, value: WidgetState[K]): void;
  save_changes(): void;
  on(event: string, listener: () => void): void;
  off(event: string, listener: () => void): void;
}
