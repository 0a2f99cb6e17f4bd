import type { LineSettings } from "../../../components/charts/line-settings";
import type { SeriesSource } from "../../../components/charts/useSeriesData";
import type { XAxis } from "../../../components/charts/x-axis";
import type { Range } from "../../../client/series-window";
import type { Band } from "../combined-lines";
import type { Panel } from "../compare-state";
import type { RunLook } from "../run-look";
import type { ComparedRun, RunField } from "../run-value";

/** What every chart of the page shares. */
export interface PanelContext {
  source: SeriesSource;
  /** The runs that are shown. */
  runs: readonly ComparedRun[];
  looks: ReadonlyMap<string, RunLook>;
  /** False while the figures of metrics are on their way. */
  figuresKnown: boolean;
  settings: LineSettings;
  axis: XAxis;
  group: RunField | null;
  band: Band;
  brush: ReadonlyMap<string, Range>;
  onBrush: (field: string, range: Range | null) => void;
  /** The step at which media are shown; null: the last. */
  step: number | null;
  onStep: (step: number | null) => void;
}

export interface PanelProps {
  context: PanelContext;
  panel: Panel;
  title: string;
  /** What moves, changes and removes the chart. */
  tools: React.ReactNode;
  onWide: (wide: boolean) => void;
  window: Range | null;
  onWindow: (window: Range | null) => void;
}

export function colourOf(context: PanelContext, runId: string): string {
  return context.looks.get(runId)?.colour ?? "var(--muted)";
}
