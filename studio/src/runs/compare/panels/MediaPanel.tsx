import { useQueries } from "@tanstack/react-query";
import { useMemo } from "react";
import { type Artifact, artifactsQuery } from "../../../client/artifact";
import type { MetricSeries } from "../../../client/metric";
import { useWorkspace } from "../../../client/workspace";
import { ChartCard } from "../../../components/charts/ChartCard";
import { HistogramChart } from "../../../components/charts/HistogramChart";
import { binsOf, edgeRange } from "../../../components/charts/histogram";
import { formatCount } from "../../../components/format";
import { ErrorState, Skeleton } from "../../../components/states";
import { t } from "../../../text/text";
import { LoggedMedium } from "../../page/media/LoggedMedium";
import { shownAt, stepsOf } from "../../page/media/media-entry";
import { StepSlider } from "../../page/media/StepSlider";
import { MoreNote, useLogged } from "./logged";
import { PanelMessage } from "./PanelMessage";
import { colourOf, type PanelProps } from "./panel-context";
import styles from "./panels.module.css";

/** What the shown runs logged under one name, side by side at one step: images, sounds, videos, texts, pages, matrices, histograms. All such charts of a page go through the steps together. */
export function MediaPanel(props: PanelProps) {
  const { context, panel, title, tools, onWide } = props;
  const workspace = useWorkspace();
  const { found, answer } = useLogged(context, panel.fields[0] ?? "");
  const artifacts = useQueries({ queries: found.map(({ run, series }) => ({ ...artifactsQuery(workspace, run.id), enabled: series.family === "file" })) });
  const steps = useMemo(() => [...new Set(found.flatMap(({ series }) => stepsOf(series)))].sort((left, right) => left - right), [found]);
  const chosen = context.step === null ? steps.length - 1 : shownAt(steps, context.step);
  const step = steps[chosen] ?? 0;
  const range = useMemo(() => edgeRange(found.flatMap(({ series }) => histogramAt(series, step) ?? []).map(binsOf)), [found, step]);
  if (answer.isError && !answer.data) return <PanelMessage {...props}><ErrorState error={answer.error} onRetry={() => void answer.refetch()} /></PanelMessage>;
  if (!answer.data) return <PanelMessage {...props}><Skeleton lines={4} /></PanelMessage>;
  if (found.length === 0) return <PanelMessage {...props} text={t("compare.noFiles")} />;
  return (
    <ChartCard name={title} tools={tools} asTable={false} wide={panel.wide} onWide={onWide} footer={<MoreNote shown={found.length} all={context.runs.length} />}>
      <div className={styles.files} tabIndex={0} role="region" aria-label={title}>
        <StepSlider name={title} steps={steps} chosen={chosen} onChosen={(index) => context.onStep(index >= steps.length - 1 ? null : (steps[index] ?? null))} />
        <div className={styles.pictures}>
          {found.map(({ run, series }, index) => (
            <figure key={run.id} className={styles.medium}>
              <figcaption>
                <i style={{ background: colourOf(context, run.id) }} />
                {run.display_name}
                <StepNote series={series} step={step} />
              </figcaption>
              <Medium runId={run.id} runName={run.display_name} series={series} step={step} artifacts={artifacts[index]?.data?.artifacts} range={range} />
            </figure>
          ))}
        </div>
      </div>
    </ChartCard>
  );
}

/** Said where a run has nothing at the step itself: what it had last before. */
function StepNote({ series, step }: { series: MetricSeries; step: number }) {
  const own = stepsOf(series);
  const shown = own[shownAt(own, step)];
  return shown === undefined || shown === step ? null : <span className={styles.stepNote}>{t("compare.ofStep", { step: formatCount(shown) })}</span>;
}

interface MediumProps {
  runId: string;
  runName: string;
  series: MetricSeries;
  step: number;
  artifacts: readonly Artifact[] | undefined;
  range: { low: number; high: number } | null;
}

function Medium({ runId, runName, series, step, artifacts, range }: MediumProps) {
  const name = `${runName}, ${series.name}`;
  const histogram = histogramAt(series, step);
  if (histogram) return <HistogramChart name={name} histograms={[histogram]} steps={[step]} chosen={0} onChosen={() => undefined} range={range} />;
  if (artifacts === undefined) return <Skeleton />;
  const steps = stepsOf(series);
  return <LoggedMedium runId={runId} series={series} artifacts={artifacts} steps={steps} chosen={shownAt(steps, step)} label={name} />;
}

function histogramAt(series: MetricSeries, step: number) {
  return series.histograms?.[shownAt(stepsOf(series), step)] ?? null;
}
