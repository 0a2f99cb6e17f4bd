import { type KeyboardEvent, type PointerEvent, useRef, useState } from "react";
import type { Range } from "../../../client/series-window";
import { ChartCard, PLOT_HEIGHT, WIDE_PLOT_HEIGHT } from "../../../components/charts/ChartCard";
import { csvOf, saveText } from "../../../components/charts/csv";
import { DataTable } from "../../../components/charts/DataTable";
import { shortened } from "../../../components/cut-text";
import { useWidth } from "../../../components/useWidth";
import { t } from "../../../text/text";
import { fieldName, parseField, type RunField, valueOf } from "../run-value";
import { PanelMessage } from "./PanelMessage";
import { colourOf, type PanelProps } from "./panel-context";
import styles from "./panels.module.css";
import { type ValueAxis, valueAxis } from "./value-axis";

const TOP = 40;
const BOTTOM = 12;
const SIDE = 60;
const BRUSH_WIDTH = 24;
const KEY_STEP = 0.05;
/** Nearer to each other the names of axes could not be read. */
const LEAST_GAP = 88;
/** What a letter of a label takes, rather more than less. */
const LETTER_PX = 6.5;
const LABEL_GAP = 6;
const NAME_LETTER_PX = 7.5;

/** Every run as a line over axes of its fields. A part of an axis that is brushed leaves only the runs within it, on all charts. */
export function ParallelPanel(props: PanelProps) {
  const { context, panel, title, tools, onWide } = props;
  const [asTable, setAsTable] = useState(false);
  const [box, room] = useWidth();
  const fields = panel.fields.flatMap((text) => {
    const field = parseField(text);
    return field ? [{ text, field, axis: valueAxis(context.runs, field) }] : [];
  });
  if (fields.length < 2) return <PanelMessage {...props} text={t("compare.fewAxes")} />;
  const height = panel.wide ? WIDE_PLOT_HEIGHT : PLOT_HEIGHT;
  const width = room === 0 ? 0 : Math.max(room, 2 * SIDE + (fields.length - 1) * LEAST_GAP);
  const gap = Math.max(0, width - 2 * SIDE) / (fields.length - 1);
  const px = (index: number) => SIDE + index * gap;
  const py = (axis: ValueAxis, at: number) => height - BOTTOM - ((at - axis.range.low) / (axis.range.high - axis.range.low)) * (height - BOTTOM - TOP);
  const valueAt = (axis: ValueAxis, y: number) => axis.range.low + ((height - BOTTOM - y) / (height - BOTTOM - TOP)) * (axis.range.high - axis.range.low);
  const inside = (at: number, text: string) => {
    const range = context.brush.get(text);
    return !range || (at >= range.low && at <= range.high);
  };
  const columns = {
    [t("compare.run")]: context.runs.map((run) => run.run.display_name),
    ...Object.fromEntries(fields.map(({ field }) => [fieldName(field), context.runs.map((run) => valueOf(run, field))])),
  };
  return (
    <ChartCard
      name={title}
      tools={tools}
      asTable={asTable}
      onTable={setAsTable}
      table={<DataTable columns={columns} label={t("chart.table", { name: title })} />}
      onCsv={() => saveText(`${title}.csv`, csvOf(columns), "text/csv")}
      wide={panel.wide}
      onWide={onWide}
      footer={<span>{t("compare.brushHint")}</span>}
    >
      <div ref={box} className={styles.parallel} style={{ height }}>
        <svg width={width} height={height} role="img" aria-label={t("compare.parallelSummary", { axes: fields.map(({ field }) => fieldName(field)).join(", "), count: context.runs.length })} className={styles.svg}>
          {context.runs.map((run) => {
            const places = fields.map(({ field, axis, text }, index) => ({ at: axis.place(valueOf(run, field)), x: px(index), axis, text }));
            const path = places.flatMap(({ at, x, axis }, index) => (Number.isFinite(at) ? [`${index === 0 || !Number.isFinite(places[index - 1]?.at ?? Number.NaN) ? "M" : "L"}${x} ${py(axis, at)}`] : [])).join("");
            const shown = places.every(({ at, text }) => !context.brush.has(text) || inside(at, text));
            return (
              <path key={run.run.id} d={path} fill="none" stroke={shown ? colourOf(context, run.run.id) : "var(--line)"} strokeWidth={1.5}>
                <title>{run.run.display_name}</title>
              </path>
            );
          })}
          {fields.map(({ text, field, axis }, index) => (
            <g key={text}>
              <line x1={px(index)} x2={px(index)} y1={TOP} y2={height - BOTTOM} className={styles.axis} />
              <text x={px(index)} y={14} textAnchor="middle" className={styles.axisName}>
                <title>{fieldName(field)}</title>
                {shortened(fieldName(field), (index === 0 || index === fields.length - 1 ? Math.min(gap, 2 * SIDE) : gap) / NAME_LETTER_PX)}
              </text>
              {axis.marks.map((mark) => (
                <text key={mark.text} x={px(index) - LABEL_GAP} y={py(axis, mark.at)} textAnchor="end" dominantBaseline="middle">
                  <title>{mark.text}</title>
                  {shortened(mark.text, ((index === 0 ? SIDE : gap) - 2 * LABEL_GAP) / LETTER_PX)}
                </text>
              ))}
            </g>
          ))}
        </svg>
        {width > 0 &&
          fields.map(({ text, field, axis }, index) => (
            <AxisBrush
              key={text}
              field={field}
              x={px(index)}
              axis={axis}
              height={height}
              range={context.brush.get(text) ?? null}
              placeOf={(at) => py(axis, at)}
              valueAt={(y) => valueAt(axis, y)}
              onRange={(range) => context.onBrush(text, range)}
            />
          ))}
      </div>
    </ChartCard>
  );
}

interface AxisBrushProps {
  field: RunField;
  x: number;
  height: number;
  axis: ValueAxis;
  range: Range | null;
  placeOf: (at: number) => number;
  valueAt: (y: number) => number;
  onRange: (range: Range | null) => void;
}

/** Drag along the axis chooses a part of it, a click takes the choice away; the arrow keys move the part's ends (with Shift the lower one). */
function AxisBrush({ field, x, height, axis, range, placeOf, valueAt, onRange }: AxisBrushProps) {
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null);
  const start = useRef<number | null>(null);
  const yOf = (event: PointerEvent<HTMLElement>) => Math.min(height - BOTTOM, Math.max(TOP, event.nativeEvent.offsetY + TOP));
  const up = (event: PointerEvent<HTMLElement>) => {
    if (start.current === null) return;
    const [from, to] = [start.current, yOf(event)];
    start.current = null;
    setDrag(null);
    onRange(Math.abs(to - from) < 4 ? null : { low: valueAt(Math.max(from, to)), high: valueAt(Math.min(from, to)) });
  };
  const key = (event: KeyboardEvent) => {
    const direction = event.key === "ArrowUp" ? 1 : event.key === "ArrowDown" ? -1 : 0;
    if (event.key === "Escape" || event.key === "Delete") onRange(null);
    else if (direction === 0) return;
    else {
      const { low, high } = range ?? axis.range;
      const step = direction * KEY_STEP * (axis.range.high - axis.range.low);
      const next = event.shiftKey ? { low: Math.max(axis.range.low, low + step), high } : { low, high: Math.min(axis.range.high, high + step) };
      if (next.low < next.high) onRange(next);
    }
    event.preventDefault();
  };
  const shown = drag ? { top: Math.min(drag.from, drag.to), bottom: Math.max(drag.from, drag.to) } : range ? { top: placeOf(range.high), bottom: placeOf(range.low) } : null;
  const text = (at: number) => axis.marks.reduce((best, mark) => (Math.abs(mark.at - at) < Math.abs(best.at - at) ? mark : best), axis.marks[0] ?? { at, text: String(at) }).text;
  return (
    <div
      role="slider"
      tabIndex={0}
      aria-label={t("compare.brushAxis", { name: fieldName(field) })}
      aria-orientation="vertical"
      aria-valuemin={axis.range.low}
      aria-valuemax={axis.range.high}
      aria-valuenow={range?.high ?? axis.range.high}
      aria-valuetext={range ? t("compare.brushed", { low: text(range.low), high: text(range.high) }) : t("compare.brushedAll")}
      className={styles.brush}
      style={{ left: x - BRUSH_WIDTH / 2, top: TOP, width: BRUSH_WIDTH, height: height - TOP - BOTTOM }}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        start.current = yOf(event);
        setDrag({ from: yOf(event), to: yOf(event) });
      }}
      onPointerMove={(event) => start.current !== null && setDrag({ from: start.current, to: yOf(event) })}
      onPointerUp={up}
      onKeyDown={key}
    >
      {shown && <span style={{ top: shown.top - TOP, height: Math.max(2, shown.bottom - shown.top) }} />}
    </div>
  );
}
