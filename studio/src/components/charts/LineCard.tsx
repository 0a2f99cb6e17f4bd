import { type ReactNode, useMemo, useRef, useState } from "react";
import type { MetricValue } from "../../client/metric";
import type { Range } from "../../client/series-window";
import { t } from "../../text/text";
import { formatCount, formatMetric } from "../format";
import { useCalm } from "../useCalm";
import { useTurn } from "../useTurn";
import { ChartCard, PLOT_HEIGHT, WIDE_PLOT_HEIGHT } from "./ChartCard";
import cardStyles from "./ChartCard.module.css";
import { DataTable } from "./DataTable";
import { countNonFinite, figuresOf, lineSummary, rangeOf } from "./figures";
import { LineChart, type LineChartHandle } from "./LineChart";
import { type LineData, number, smoothed } from "./line-data";
import type { LineSettings } from "./line-settings";
import { savePicture } from "./picture";
import type { PlotLine, PlotModel } from "./plot-model";
import type { XAxis } from "./x-axis";
import { ZoomTools } from "./ZoomTools";

interface LineCardProps {
  name: string;
  description?: string | undefined;
  line: LineData;
  /** What the line is called where it stands beside `others`. */
  label?: string | undefined;
  /** Lines of the same figure beside it. */
  others?: readonly PlotLine[];
  colour: string;
  settings: LineSettings;
  axis: XAxis;
  /** Of the whole line, however little of it is shown: how far it goes along x, and how many values were logged. */
  length: number;
  count: number;
  window: Range | null;
  onWindow: (window: Range | null) => void;
  wide: boolean;
  onWide: (wide: boolean) => void;
  /** What the table twin holds; made when it is asked for. */
  columns: () => Readonly<Record<string, readonly MetricValue[]>>;
  onCsv: () => void;
  /** Finer points of the window are on their way. */
  busy?: boolean;
  /** More that is to be said under the chart. */
  note?: ReactNode;
  /** How a value is written. */
  format?: (value: number) => string;
}

const NO_LINES: readonly PlotLine[] = [];

/** One metric as a line, with its figures, its table twin and its data as a file. */
export function LineCard({ name, description, line, label, others = NO_LINES, colour, settings, axis, length, count, window, onWindow, wide, onWide, columns, onCsv, busy = false, note, format = formatMetric }: LineCardProps) {
  const [asTable, setAsTable] = useState(false);
  const [outside, setOutside] = useState(0);
  const handle = useRef<LineChartHandle>(null);
  const turn = useTurn();
  const lines = useMemo(
    () => [
      ...linesOf(name, line, colour, settings.smoothing, length, count, others.length > 0 && label !== undefined ? { label } : {}),
      ...others.flatMap((each) => linesOf(each.id, each.data, each.colour, settings.smoothing, length, count, { label: each.label })),
    ],
    [name, line, label, others, colour, settings.smoothing, length, count],
  );
  const model = useMemo(
    (): PlotModel => ({ lines, xKind: settings.xLog ? "log" : "linear", yKind: settings.yLog ? "log" : "linear", window, clip: settings.clip, yText: format, ...axis }),
    [lines, settings.xLog, settings.yLog, settings.clip, window, axis, format],
  );
  const reset = useRef(onWindow);
  reset.current = onWindow;
  const zoomed = window !== null;
  const tools = useMemo(() => <ZoomTools name={name} zoomed={zoomed} handle={handle} onReset={() => reset.current(null)} />, [name, zoomed]);
  const figures = useMemo(() => figuresOf(line), [line]);
  const shown = line.x.length;
  const told = useCalm(
    useMemo(() => ({ last: figures?.last, range: rangeOf([line, ...others.map((each) => each.data)]), nonFinite: figures?.nonFinite ?? countNonFinite(line), shown, count }), [figures, line, others, shown, count]),
    model.window,
  );
  const sums = useMemo(
    () => (
      <>
        {told.range && <span>{t("chart.range", { min: format(told.range.low), max: format(told.range.high) })}</span>}
        <span>{told.count > told.shown ? t("chart.sampled", { shown: formatCount(told.shown), count: formatCount(told.count) }) : t("chart.points", { count: told.shown })}</span>
        {told.nonFinite > 0 && <span className={cardStyles.warn}>{t("chart.nonFinite", { count: told.nonFinite })}</span>}
      </>
    ),
    [told, format],
  );
  const onKey = (key: string) => {
    if (key !== "d" && key !== "f") return false;
    if (key === "d") setAsTable(true);
    else onWide(!wide);
    return true;
  };
  return (
    <ChartCard
      name={name}
      description={description}
      // The last value of one of several lines would pass for that of all.
      value={others.length > 0 ? "" : told.last === undefined ? "–" : format(told.last)}
      tools={tools}
      table={asTable ? <DataTable columns={columns()} label={t("chart.table", { name })} /> : null}
      asTable={asTable}
      onTable={setAsTable}
      onCsv={onCsv}
      onPng={() => savePicture(name, handle.current?.picture() ?? null, [])}
      wide={wide}
      onWide={onWide}
      busy={busy}
      footer={
        <>
          {sums}
          {outside > 0 && <span className={cardStyles.warn}>{t("chart.outside", { count: outside })}</span>}
          {note}
        </>
      }
    >
      {turn && (
        <LineChart model={model} height={wide ? WIDE_PLOT_HEIGHT : PLOT_HEIGHT} label={lineSummary(name, shown, figures, format)} onWindow={onWindow} onOutside={setOutside} onKey={onKey} handle={handle} />
      )}
    </ChartCard>
  );
}

/** The line, or its smoothed form over the faint raw one. */
export function linesOf(id: string, line: LineData, colour: string, smoothing: number, length: number, count: number, more: Partial<PlotLine> = {}): PlotLine[] {
  const raw: PlotLine = { id, label: id, colour, data: line, ...more };
  if (smoothing <= 0) return [raw];
  return [
    { ...raw, id: `${id} raw`, faint: true },
    { ...raw, data: { x: line.x, y: smoothed(line, smoothing, length, count) } },
  ];
}

/** How far a line goes along x. */
export function lengthOf(line: LineData): number {
  return line.x.length < 2 ? 0 : number(line.x, line.x.length - 1) - number(line.x, 0);
}
