import { useMemo } from "react";
import type { MetricSeries } from "../../../client/metric";
import { HistogramChart } from "../../../components/charts/HistogramChart";
import { Panel } from "../../../components/Panel";
import { t } from "../../../text/text";
import { stepsOf } from "./media-entry";
import styles from "./media.module.css";
import { StepSlider } from "./StepSlider";
import { useChosen } from "./useChosen";

/** The histograms of one name over its steps. */
export function LoggedHistograms({ series }: { series: MetricSeries }) {
  const histograms = series.histograms ?? [];
  const steps = useMemo(() => stepsOf(series), [series]);
  const [chosen, setChosen] = useChosen(histograms.length);
  return (
    <Panel title={series.name}>
      {series.description && <p className={styles.description}>{series.description}</p>}
      <StepSlider name={series.name} steps={steps} chosen={chosen} onChosen={setChosen} />
      <HistogramChart name={series.name} histograms={histograms} steps={steps} chosen={chosen} onChosen={setChosen} />
      {series.count > histograms.length && <p className={styles.notice}>{t("media.some", { shown: histograms.length, count: series.count })}</p>}
    </Panel>
  );
}
