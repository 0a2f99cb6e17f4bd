import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { hasEnded, type Run } from "../client/run";
import { figuresOf as lineFiguresOf, lineSummary } from "../components/charts/figures";
import { LineChart } from "../components/charts/LineChart";
import type { PlotModel } from "../components/charts/plot-model";
import { FactList } from "../components/FactList";
import { formatMetric } from "../components/format";
import { LogLine } from "../components/logs/LogLine";
import { Instant } from "../components/RelativeTime";
import { shownColour } from "../components/run-colour";
import { RunDuration } from "../components/RunDuration";
import { StatusBadge } from "../components/StatusBadge";
import { t } from "../text/text";
import { chartsOf, figuresOf, figureText, type WidgetChart } from "./charts";
import { styledLines } from "./log-lines";
import { useHostTheme } from "./host-theme";
import type { WidgetData, WidgetModel } from "./model";
import styles from "./RunWidget.module.css";

const CHART_HEIGHT = 160;
/** Nearer than this to the end of the log counts as being there. */
const END_MARGIN = 24;

/** A run in a notebook: what it is, its charts, its children and the end of its log, as the kernel tells them. */
export function RunWidget({ model }: { model: WidgetModel }) {
  const data = useModelValue(model, "data");
  const url = useModelValue(model, "url");
  const problem = useModelValue(model, "problem");
  const theme = useHostTheme();
  const { run } = data;
  return (
    <section className={`runyard-widget ${styles.widget}`} data-theme={theme} aria-label={t("widget.region", { name: run.display_name })}>
      <header className={styles.header}>
        <StatusBadge status={run.status} />
        <h3>{run.display_name}</h3>
        <span className={styles.muted}>
          <RunDuration run={run} />
        </span>
        <a href={url} target="_blank" rel="noopener noreferrer">
          {t("widget.open")}
        </a>
      </header>
      {problem !== "" && (
        <p role="status" className={styles.problem}>
          {t("widget.problem", { message: problem })}
        </p>
      )}
      {run.error && (
        <div className={styles.error} role="group" aria-label={t("widget.error")}>
          <strong>{run.error.type ?? run.error.code}</strong> {run.error.message}
        </div>
      )}
      <Facts run={run} />
      <Charts data={data} theme={theme} />
      <Children data={data} />
      <Log data={data} model={model} />
    </section>
  );
}

function Facts({ run }: { run: Run }) {
  return (
    <FactList
      facts={[
        [t("widget.experiment"), run.experiment],
        [t("widget.id"), run.id],
        [t("widget.target"), run.target],
        [t("widget.script"), run.script_name ?? null],
        [t("widget.started"), run.started_at ? <Instant key="started" at={run.started_at} /> : null],
      ]}
    />
  );
}

function Charts({ data, theme }: { data: WidgetData; theme: string }) {
  const charts = useMemo(() => chartsOf(data.series), [data.series]);
  const figures = figuresOf(data.metrics, charts);
  const notSent = data.metrics.filter((metric) => metric.family === "series" || metric.family === "table").length - data.series.length;
  return (
    <div className={styles.part} role="group" aria-label={t("widget.charts")}>
      {charts.length + figures.length === 0 && (
        <p className={styles.muted}>{t(hasEnded(data.run) ? "widget.metricsNever" : "widget.metricsNone")}</p>
      )}
      {figures.length > 0 && <FactList facts={figures.map(({ name, value }) => [name, figureText(value, formatMetric)])} />}
      <div className={styles.charts}>
        {charts.map((chart) => (
          <Chart key={`${chart.name} ${theme}`} chart={chart} colour={shownColour(data.run)} />
        ))}
      </div>
      {notSent > 0 && <p className={styles.muted}>{t("widget.metricsMore", { count: notSent })}</p>}
    </div>
  );
}

function Chart({ chart: { name, line }, colour }: { chart: WidgetChart; colour: string }) {
  const [zoom, setZoom] = useState<PlotModel["window"]>(null);
  const model = useMemo(
    (): PlotModel => ({
      lines: [{ id: name, label: name, colour, data: line }],
      xKind: "linear",
      yKind: "linear",
      axis: "step",
      window: zoom,
      clip: false,
      timeTicks: false,
      xText: formatMetric,
      yText: formatMetric,
    }),
    [name, line, colour, zoom],
  );
  const figures = lineFiguresOf(line);
  return (
    <figure className={styles.chart}>
      <figcaption>
        <span title={name}>{name}</span>
        <b>{figures ? formatMetric(figures.last) : "–"}</b>
      </figcaption>
      <LineChart model={model} height={CHART_HEIGHT} label={lineSummary(name, line.x.length, figures)} onWindow={setZoom} />
    </figure>
  );
}

function Children({ data }: { data: WidgetData }) {
  if (data.children.length === 0) return null;
  return (
    <div className={styles.part}>
      <h4>{t("widget.children", { count: data.children_count })}</h4>
      <div className={styles.scroll} tabIndex={0} role="region" aria-label={t("widget.children", { count: data.children_count })}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">{t("widget.name")}</th>
              <th scope="col">{t("widget.status")}</th>
              <th scope="col">{t("widget.duration")}</th>
              <th scope="col">{t("widget.id")}</th>
            </tr>
          </thead>
          <tbody>
            {data.children.map((child) => (
              <tr key={child.id}>
                <td>{child.display_name}</td>
                <td>
                  <StatusBadge status={child.status} plain />
                </td>
                <td>
                  <RunDuration run={child} />
                </td>
                <td>{child.id}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {data.children_count > data.children.length && <p className={styles.muted}>{t("widget.childrenMore", { shown: data.children.length })}</p>}
    </div>
  );
}

function Log({ data, model }: { data: WidgetData; model: WidgetModel }) {
  const box = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  const { text, name } = data.log;
  const lines = useMemo(() => styledLines(text), [text]);
  useLayoutEffect(() => {
    if (box.current && follows.current) box.current.scrollTop = box.current.scrollHeight;
  }, [text, name]);
  const choose = (chosen: string) => {
    follows.current = true;
    model.set("log_name", chosen);
    model.save_changes();
  };
  // Only a submitted script's output is kept: of other runs, and once it has ended, there is none to wait for.
  if (data.logs.length === 0 && (hasEnded(data.run) || !data.run.script_name)) return null;
  return (
    <div className={styles.part}>
      <div className={styles.logHeader}>
        <h4>{t("widget.log")}</h4>
        {data.logs.length > 0 && (
          <select aria-label={t("widget.logChoice")} value={name ?? ""} onChange={(event) => choose(event.target.value)}>
            {data.logs.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        )}
      </div>
      {text === "" ? (
        <p className={styles.muted}>{t("widget.logNone")}</p>
      ) : (
        <div
          ref={box}
          className={styles.log}
          tabIndex={0}
          role="region"
          aria-label={name ?? t("widget.log")}
          onScroll={(event) => {
            const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
            follows.current = scrollHeight - scrollTop - clientHeight < END_MARGIN;
          }}
        >
          {lines.map((line, index) => (
            <LogLine key={index} number={index + 1} line={line} pattern={null} current={false} chosen={false} />
          ))}
        </div>
      )}
    </div>
  );
}

function useModelValue<K extends "data" | "url" | "problem">(model: WidgetModel, key: K) {
  const [value, setValue] = useState(() => model.get(key));
  useEffect(() => {
    const read = () => setValue(() => model.get(key));
    model.on(`change:${key}`, read);
    read();
    return () => model.off(`change:${key}`, read);
  }, [model, key]);
  return value;
}
