import { useMemo, useState } from "react";
import type { Range } from "../../client/series-window";
import { LineChart } from "../../components/charts/LineChart";
import type { PlotLine, PlotModel } from "../../components/charts/plot-model";
import { formatMetric } from "../../components/format";
import { t, type TextId } from "../../text/text";
import styles from "./ImagesTab.module.css";
import type { CurveChart } from "./logged-curves";

const HEIGHT = 240;
const TITLES: Readonly<Record<CurveChart["kind"], TextId>> = { roc: "curves.roc", precisionRecall: "curves.precisionRecall", residuals: "curves.residuals", predictions: "curves.predictions" };

/** Charts that were logged as a file: a curve a class, residuals, predictions. */
export function LoggedCurves({ charts, name }: { charts: readonly CurveChart[]; name: string }) {
  return (
    <div className={styles.curves}>
      {charts.map((chart) => (
        <CurveFigure key={chart.kind} chart={chart} name={name} />
      ))}
    </div>
  );
}

function CurveFigure({ chart, name }: { chart: CurveChart; name: string }) {
  const [window, setWindow] = useState<Range | null>(null);
  const lines = useMemo(
    () => chart.curves.map((curve, index): PlotLine => ({ id: `${index}`, label: curve.label || name, colour: `var(--run-${curve.upper ? 1 : (index + (chart.kind === "predictions" ? 0 : 1)) % 8})`, data: curve.line, ...(curve.upper ? { upper: curve.upper } : {}) })),
    [chart, name],
  );
  const model = useMemo(
    (): PlotModel => ({ lines, xKind: "linear", yKind: "linear", axis: `curve ${chart.kind}`, window, clip: false, timeTicks: false, xText: formatMetric, yText: formatMetric }),
    [lines, chart.kind, window],
  );
  const title = t(TITLES[chart.kind]);
  return (
    <section className={styles.curve} aria-label={`${name}: ${title}`}>
      <h3>{title}</h3>
      <LineChart model={model} height={HEIGHT} label={t("curves.summary", { name, title, count: lines.filter((line) => !line.upper).length })} onWindow={setWindow} />
      <ul className={styles.curveNames}>
        {chart.curves.length > 1 && lines.filter((line) => !line.upper).map((line) => (
          <li key={line.id}>
            <i style={{ background: line.colour }} />
            {line.label}
          </li>
        ))}
      </ul>
    </section>
  );
}
