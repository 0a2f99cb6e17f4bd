import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import type { Artifact } from "../../../client/artifact";
import type { MetricSeries } from "../../../client/metric";
import { Panel } from "../../../components/Panel";
import { t } from "../../../text/text";
import styles from "../ImagesTab.module.css";
import { fileOf } from "../logged-file";
import { LoggedMedium } from "./LoggedMedium";
import { stepsOf } from "./media-entry";
import mediaStyles from "./media.module.css";
import { StepSlider } from "./StepSlider";
import { useChosen } from "./useChosen";

/** The files of one name: one at a time, with a slider over their steps. */
export function LoggedFiles({ runId, series, artifacts }: { runId: string; series: MetricSeries; artifacts: readonly Artifact[] }) {
  const values = series.values ?? [];
  const steps = useMemo(() => stepsOf(series), [series]);
  const [chosen, setChosen] = useChosen(values.length);
  const file = useMemo(() => fileOf(values[chosen], artifacts), [values, chosen, artifacts]);
  return (
    <Panel title={series.name}>
      {series.description && <p className={mediaStyles.description}>{series.description}</p>}
      <StepSlider name={series.name} steps={steps} chosen={chosen} onChosen={setChosen} />
      <figure className={styles.file}>
        <LoggedMedium runId={runId} series={series} artifacts={artifacts} steps={steps} chosen={chosen} onChosen={setChosen} label={series.description || series.name} />
        {file && (
          <figcaption>
            <Link to="/runs/$runId/outputs/$" params={{ runId, _splat: file.path }}>
              {file.path}
            </Link>
          </figcaption>
        )}
      </figure>
      {series.count > values.length && <p className={mediaStyles.notice}>{t("media.some", { shown: values.length, count: series.count })}</p>}
    </Panel>
  );
}
