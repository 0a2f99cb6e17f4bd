import { type ReactNode, type RefObject, useCallback, useImperativeHandle, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { MetricValue } from "../../client/metric";
import type { Range } from "../../client/series-window";
import { t } from "../../text/text";
import { formatMetric } from "../format";
import { useTurn } from "../useTurn";
import { CardWords } from "./card-words";
import { ChartCard, PLOT_HEIGHT, WIDE_PLOT_HEIGHT } from "./ChartCard";
import cardStyles from "./ChartCard.module.css";
import { DataTable } from "./DataTable";
import { figuresOf, lineSummary } from "./figures";
import { LineChart, type LineChartHandle } from "./LineChart";
import { type LineData, number, smoothed } from "./line-data";
import type { LineSettings } from "./line-settings";
import { savePicture } from "./picture";
import type { PlotLine, PlotModel } from "./plot-model";
import type { XAxis } from "./x-axis";
import { ZoomTools } from "./ZoomTools";

/** What a card draws, and what grows of it. */
export interface CardLines {
  line: LineData;
  /** Lines of the same figure beside it. */
  others: readonly PlotLine[];
  /** Of the whole line, however little of it is shown: how far it goes along x, and how many values were logged. */
  length: number;
  count: number;
}

/** Shows lines that have grown, `words` about them too, without drawing the card anew. False: it is to be drawn. */
export type GrowCard = (lines: CardLines, words: boolean) => boolean;

interface LineCardProps extends Omit<CardLines, "others"> {
  name: string;
  description?: string | undefined;
  /** What the line is called where it stands beside `others`. */
  label?: string | undefined;
  others?: readonly PlotLine[];
  colour: string;
  settings: LineSettings;
  axis: XAxis;
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
  grow?: RefObject<GrowCard | null>;
}

const NO_LINES: readonly PlotLine[] = [];

/** One metric as a line, with its figures, its table twin and its data as a file. */
export function LineCard({ name, description, line, label, others = NO_LINES, colour, settings, axis, length, count, window, onWindow, wide, onWide, columns, onCsv, busy = false, note, format = formatMetric, grow }: LineCardProps) {
  const [asTable, setAsTable] = useState(false);
  const [outside, setOutside] = useState(0);
  const handle = useRef<LineChartHandle>(null);
  const turn = useTurn();
  const [words] = useState(() => new CardWords());
  const given = useMemo((): CardLines => ({ line, others, length, count }), [line, others, length, count]);
  // What has grown since the card was last given its lines.
  const newest = useRef({ given, lines: given });
  if (newest.current.given !== given) newest.current = { given, lines: given };
  const { lines } = newest.current;
  const modelOf = useCallback(
    ({ line: own, others: beside, length: along, count: values }: CardLines): PlotModel => ({
      lines: [
        ...linesOf(name, own, colour, settings.smoothing, along, values, beside.length > 0 && label !== undefined ? { label } : {}),
        ...beside.flatMap((each) => linesOf(each.id, each.data, each.colour, settings.smoothing, along, values, { label: each.label })),
      ],
      xKind: settings.xLog ? "log" : "linear",
      yKind: settings.yLog ? "log" : "linear",
      window,
      clip: settings.clip,
      yText: format,
      ...axis,
    }),
    [name, label, colour, settings, window, axis, format],
  );
  const model = useMemo(() => modelOf(lines), [modelOf, lines]);
  const figures = useMemo(() => figuresOf(lines.line), [lines]);
  useLayoutEffect(() => words.write(lines, figures, format), [words, lines, figures, format]);
  useImperativeHandle(
    grow,
    () => (grown, aloud) => {
      if (asTable) return !aloud;
      newest.current.lines = grown;
      const now = figuresOf(grown.line);
      handle.current?.grow(modelOf(grown), lineSummary(name, grown.line.x.length, now, format));
      if (aloud) words.write(grown, now, format);
      return true;
    },
    [modelOf, name, format, asTable, words],
  );
  const reset = useRef(onWindow);
  reset.current = onWindow;
  const zoomed = window !== null;
  const tools = useMemo(() => <ZoomTools name={name} zoomed={zoomed} handle={handle} onReset={() => reset.current(null)} />, [name, zoomed]);
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
      value={<span ref={words.last} />}
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
          <span ref={words.range} />
          <span ref={words.points} />
          <span ref={words.nonFinite} className={cardStyles.warn} />
          {outside > 0 && <span className={cardStyles.warn}>{t("chart.outside", { count: outside })}</span>}
          {note}
        </>
      }
    >
      {turn && (
        <LineChart model={model} height={wide ? WIDE_PLOT_HEIGHT : PLOT_HEIGHT} label={lineSummary(name, lines.line.x.length, figures, format)} onWindow={onWindow} onOutside={setOutside} onKey={onKey} handle={handle} />
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
