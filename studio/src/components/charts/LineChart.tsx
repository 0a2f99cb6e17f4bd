import { type KeyboardEvent, type RefObject, useImperativeHandle, useLayoutEffect, useRef, useState } from "react";
import type { Range } from "../../client/series-window";
import { useShownTheme } from "../theme";
import styles from "./LineChart.module.css";
import { Plot } from "./plot";
import type { PlotModel } from "./plot-model";

export interface LineChartHandle {
  /** Shows lines that have grown, before the component is drawn with them. */
  grow: (model: PlotModel, label: string) => void;
  zoom: (factor: number) => void;
  move: (share: number) => void;
  picture: () => HTMLCanvasElement | null;
}

interface LineChartProps {
  model: PlotModel;
  height: number;
  /** The chart in a sentence, for who cannot see it. */
  label: string;
  onWindow: (window: Range | null) => void;
  onOutside?: (count: number) => void;
  /** What a key means that the chart itself does not know; false when it means nothing. */
  onKey?: (key: string) => boolean;
  handle?: RefObject<LineChartHandle | null>;
}

/** A line chart that is zoomed and read with the pointer and with the keyboard. */
export function LineChart({ model, height, label, onWindow, onOutside, onKey, handle }: LineChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot | null>(null);
  const latest = useRef({ model, onWindow, onOutside });
  latest.current = { model, onWindow, onOutside };
  const [spoken, setSpoken] = useState("");
  const theme = useShownTheme();

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const made = new Plot(element, latest.current.model, {
      onWindow: (window) => latest.current.onWindow(window),
      onOutside: (count) => latest.current.onOutside?.(count),
    });
    plot.current = made;
    // Told of the first size, too, before the page is painted: to ask for it here would lay the page out once more.
    const observer = new ResizeObserver(([entry]) => entry && made.setSize(Math.round(entry.contentRect.width), Math.round(entry.contentRect.height)));
    observer.observe(element);
    const sight = new IntersectionObserver((entries) => made.setSeen(entries.at(-1)?.isIntersecting ?? true));
    sight.observe(element);
    return () => {
      observer.disconnect();
      sight.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, []);

  // In the frame in which the figures around the chart change, and not in one more after it.
  useLayoutEffect(() => plot.current?.setModel(model), [model, theme]);

  useImperativeHandle(
    handle,
    () => ({
      grow: (grown, sentence) => {
        plot.current?.grow(grown);
        box.current?.setAttribute("aria-label", sentence);
      },
      zoom: (factor) => plot.current?.zoom(factor, null),
      move: (share) => plot.current?.moveBy(share),
      picture: () => plot.current?.picture() ?? null,
    }),
    [],
  );

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const known = plot.current?.key(event.key, event.shiftKey) || onKey?.(event.key);
    if (!known) return;
    event.preventDefault();
    event.stopPropagation();
    requestAnimationFrame(() => setSpoken(plot.current?.spoken() ?? ""));
  };

  return (
    <>
      <div ref={box} className={styles.chart} style={{ height }} role="img" aria-label={label} tabIndex={0} onKeyDown={onKeyDown} />
      <span className="visually-hidden" aria-live="polite">
        {spoken}
      </span>
    </>
  );
}
