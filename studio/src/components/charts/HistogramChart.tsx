import { type KeyboardEvent, type PointerEvent, useEffect, useMemo, useRef, useState } from "react";
import { t } from "../../text/text";
import { formatCount, formatMetric } from "../format";
import { useShownTheme } from "../theme";
import { useWidth } from "../useWidth";
import styles from "./HistogramChart.module.css";
import { type Bins, binAt, binsOf, edgeRange, type Histogram } from "./histogram";
import { boxOf, drawBars, drawMap, type HistogramPlace } from "./histogram-draw";
import { Scale } from "./scale";

interface HistogramChartProps {
  name: string;
  histograms: readonly Histogram[];
  steps: readonly number[];
  /** Which of them is shown as bars. */
  chosen: number;
  onChosen: (index: number) => void;
  /** What the bars stand along; left out or null, what the chosen histogram holds. */
  range?: { low: number; high: number } | null;
}

/** Histograms over steps as a map, and the chosen one as bars. Pointer and keyboard tell what each bin holds, exactly. */
export function HistogramChart({ name, histograms, steps, chosen, onChosen, range: along = null }: HistogramChartProps) {
  const map = useRef<HTMLCanvasElement>(null);
  const bars = useRef<HTMLCanvasElement>(null);
  const [box, width] = useWidth();
  const theme = useShownTheme();
  const all = useMemo(() => histograms.map(binsOf), [histograms]);
  const range = useMemo(() => edgeRange(all), [all]);
  const [place, setPlace] = useState<HistogramPlace | null>(null);
  const one = all[chosen] ?? EMPTY;
  const ownRange = useMemo(() => along ?? edgeRange([one]) ?? range, [one, range, along]);
  const marked = place?.index === chosen ? place.bin : -1;
  useEffect(() => {
    if (map.current && range) drawMap(map.current, all, steps, range, chosen, place);
  }, [all, steps, range, chosen, place, width, theme]);
  useEffect(() => {
    if (bars.current && ownRange) drawBars(bars.current, one, ownRange, marked);
  }, [one, ownRange, marked, width, theme]);

  const onMap = (event: PointerEvent<HTMLCanvasElement>): HistogramPlace | null => {
    const canvas = event.currentTarget;
    const inner = boxOf(canvas.clientWidth, canvas.clientHeight);
    const at = canvas.getBoundingClientRect();
    const index = Math.floor(((event.clientX - at.left - inner.left) / (inner.right - inner.left)) * all.length);
    const bins = all[index];
    if (!bins || !range) return null;
    const bin = binAt(bins, new Scale("linear", range, inner.bottom, inner.top).valueAt(event.clientY - at.top));
    return bin < 0 ? null : { index, bin };
  };
  const onBars = (event: PointerEvent<HTMLCanvasElement>) => {
    const canvas = event.currentTarget;
    const inner = boxOf(canvas.clientWidth, canvas.clientHeight);
    const bin = ownRange ? binAt(one, new Scale("linear", ownRange, inner.left, inner.right).valueAt(event.clientX - canvas.getBoundingClientRect().left)) : -1;
    setPlace(bin < 0 ? null : { index: chosen, bin });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const index = Math.min(all.length - 1, Math.max(0, chosen + ({ ArrowLeft: -1, ArrowRight: 1, Home: -all.length, End: all.length }[event.key] ?? 0)));
    const turn = { ArrowUp: 1, ArrowDown: -1 }[event.key] ?? 0;
    if (index === chosen && turn === 0) return;
    event.preventDefault();
    const bins = all[index] ?? EMPTY;
    const before = place?.index === chosen ? place.bin : turn > 0 ? -1 : bins.counts.length;
    if (index !== chosen) onChosen(index);
    setPlace(bins.counts.length === 0 ? null : { index, bin: Math.min(bins.counts.length - 1, Math.max(0, before + turn)) });
  };
  const label = t("histogram.summary", { name, count: histograms.length });
  const told = place ? toldOf(all[place.index] ?? EMPTY, place.bin, steps[place.index] ?? 0) : "";
  return (
    <div ref={box} className={styles.charts}>
      {range === null ? (
        <p className={styles.none}>{t("histogram.noFinite")}</p>
      ) : (
        <>
          {all.length > 1 && (
            <canvas
              ref={map}
              className={styles.map}
              role="img"
              aria-label={label}
              tabIndex={0}
              onKeyDown={onKeyDown}
              onPointerMove={(event) => setPlace(onMap(event))}
              onPointerLeave={() => setPlace(null)}
              onClick={() => place && onChosen(place.index)}
            />
          )}
          <canvas
            ref={bars}
            className={styles.bars}
            role="img"
            aria-label={t("histogram.one", { name, step: formatCount(steps[chosen] ?? 0) })}
            tabIndex={0}
            onKeyDown={onKeyDown}
            onPointerMove={onBars}
            onPointerLeave={() => setPlace(null)}
          />
        </>
      )}
      <p className={styles.told} aria-live="polite">
        {told || t("histogram.hint")}
      </p>
      <HistogramFigures histogram={histograms[chosen]} />
    </div>
  );
}

const EMPTY: Bins = { counts: [], edges: [] };

function toldOf(bins: Bins, bin: number, step: number): string {
  return t("histogram.bin", { step: formatCount(step), low: formatMetric(bins.edges[bin] ?? 0), high: formatMetric(bins.edges[bin + 1] ?? 0), count: bins.counts[bin] ?? 0 });
}

function HistogramFigures({ histogram }: { histogram: Histogram | undefined }) {
  if (!histogram) return null;
  const apart = [
    ["NaN", histogram.nan ?? 0],
    ["∞", histogram.positive_infinity ?? 0],
    ["−∞", histogram.negative_infinity ?? 0],
  ] as const;
  const figures = [
    [t("histogram.values"), formatCount(histogram.count ?? 0)],
    [t("aggregate.min"), figure(histogram.min)],
    [t("aggregate.mean"), figure(histogram.mean)],
    [t("aggregate.max"), figure(histogram.max)],
    ...apart.filter(([, count]) => count > 0).map(([name, count]) => [name, formatCount(count)] as const),
  ] as const;
  return (
    <dl className={styles.figures}>
      {figures.map(([name, text]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  );
}

function figure(value: number | null | undefined): string {
  return typeof value === "number" ? formatMetric(value) : "–";
}
