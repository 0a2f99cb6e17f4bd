import { useEffect, useLayoutEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { formatMetric } from "../format";
import { useShownTheme } from "../theme";
import styles from "./LinePlot.module.css";
import type { EdgeMark, PlotData } from "./plot-data";

export interface PlotCursor {
  x: number;
  y: number;
}

interface LinePlotProps {
  data: PlotData;
  /** Drawn over the raw line, which then fades. */
  smooth?: (number | null)[];
  /** A CSS colour, also one that is a custom property. */
  colour: string;
  height: number;
  log: boolean;
  label: string;
  onCursor?: (cursor: PlotCursor | null) => void;
}

const FEW_POINTS = 60;

/** A line chart on a canvas. Drag zooms into x, a double click zooms out. */
export function LinePlot({ data, smooth, colour, height, log, label, onCursor }: LinePlotProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const latest = useRef({ data, onCursor });
  latest.current = { data, onCursor };
  const theme = useShownTheme();
  const hasSmooth = smooth !== undefined;

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const inks = inksOf(element, colour);
    const tell = (chart: uPlot) => latest.current.onCursor?.(cursorOf(chart));
    const marks = () => latest.current.data.marks;
    const made = new uPlot(optionsOf({ width: element.clientWidth, height, log, hasSmooth, inks, tell, marks }), tupleOf(latest.current.data, undefined, hasSmooth), element);
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [colour, height, log, hasSmooth, theme]);

  useEffect(() => {
    plot.current?.setData(tupleOf(data, smooth, hasSmooth));
  }, [data, smooth, hasSmooth, colour, height, log, theme]);

  return <div ref={box} className={styles.plot} style={{ height }} role="img" aria-label={label} />;
}

interface Inks {
  line: string;
  faded: string;
  grid: string;
  axis: string;
  edge: string;
}

/** A canvas does not know custom properties: let the browser resolve them. */
function inksOf(element: HTMLElement, colour: string): Inks {
  const probe = document.createElement("span");
  element.append(probe);
  const resolve = (value: string) => {
    probe.style.color = value;
    return getComputedStyle(probe).color;
  };
  const inks = { line: resolve(colour), faded: resolve(`color-mix(in srgb, ${colour} 35%, transparent)`), grid: resolve("var(--line)"), axis: resolve("var(--muted)"), edge: resolve("var(--err)") };
  probe.remove();
  return inks;
}

interface PlotSettings {
  width: number;
  height: number;
  log: boolean;
  hasSmooth: boolean;
  inks: Inks;
  tell: (chart: uPlot) => void;
  marks: () => readonly EdgeMark[];
}

function optionsOf({ width, height, log, hasSmooth, inks, tell, marks }: PlotSettings): uPlot.Options {
  const axis = { stroke: inks.axis, font: "11px system-ui, sans-serif", grid: { stroke: inks.grid, width: 1 }, ticks: { show: false } };
  const points = { show: (chart: uPlot) => chart.data[0].length <= FEW_POINTS, size: 4, fill: inks.line };
  return {
    width,
    height,
    padding: [8, 12, 0, 0],
    legend: { show: false },
    cursor: { points: { show: true, size: 6, fill: inks.line }, drag: { x: true, y: false }, y: false },
    focus: { alpha: 1 },
    scales: { x: { time: false }, y: log ? { distr: 3 } : { range: paddedRange } },
    axes: [
      { ...axis, size: 24, gap: 4, values: (_, splits) => splits.map(axisText) },
      { ...axis, size: 56, gap: 6, values: (_, splits) => splits.map(axisText) },
    ],
    series: [
      {},
      { stroke: hasSmooth ? inks.faded : inks.line, width: hasSmooth ? 1 : 1.75, points: hasSmooth ? { show: false } : points, spanGaps: false },
      ...(hasSmooth ? [{ stroke: inks.line, width: 1.75, points: { show: false }, spanGaps: true }] : []),
    ],
    hooks: { setCursor: [tell], draw: [(chart) => drawMarks(chart, marks(), inks.edge)] },
  };
}

/** A constant series sits in the middle and not on the edge. */
function paddedRange(_: uPlot, low: number | null, high: number | null): [number, number] {
  if (low === null || high === null) return [0, 1];
  const pad = high === low ? Math.abs(high) * 0.1 || 1 : (high - low) * 0.06;
  return [low - pad, high + pad];
}

function axisText(value: number | null): string {
  return value === null ? "" : formatMetric(value);
}

function tupleOf(data: PlotData, smooth: (number | null)[] | undefined, hasSmooth: boolean): uPlot.AlignedData {
  return hasSmooth ? [data.x, data.y, smooth ?? data.y] : [data.x, data.y];
}

function cursorOf(chart: uPlot): PlotCursor | null {
  const index = chart.cursor.idx;
  if (index === null || index === undefined) return null;
  const x = chart.data[0][index];
  const y = chart.data[chart.data.length - 1]?.[index];
  return x === undefined || y === undefined || y === null ? null : { x, y };
}

/** NaN as a cross at the lower edge, the infinities as triangles at the edge they left by. */
function drawMarks(chart: uPlot, marks: readonly EdgeMark[], ink: string): void {
  const { ctx, bbox } = chart;
  const unit = 3 * devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = ink;
  ctx.fillStyle = ink;
  ctx.lineWidth = devicePixelRatio;
  for (const mark of marks) {
    const x = chart.valToPos(mark.x, "x", true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    const y = mark.kind === "up" ? bbox.top + unit : bbox.top + bbox.height - unit;
    ctx.beginPath();
    if (mark.kind === "nan") {
      ctx.moveTo(x - unit, y - unit);
      ctx.lineTo(x + unit, y + unit);
      ctx.moveTo(x + unit, y - unit);
      ctx.lineTo(x - unit, y + unit);
      ctx.stroke();
    } else {
      const tip = mark.kind === "up" ? -unit : unit;
      ctx.moveTo(x, y + tip);
      ctx.lineTo(x - unit, y - tip);
      ctx.lineTo(x + unit, y - tip);
      ctx.fill();
    }
  }
  ctx.restore();
}
