import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { type Artifact, artifactUrl, inlineUrl } from "../../../client/artifact";
import { fileTextQuery } from "../../../client/file-text";
import type { MetricSeries } from "../../../client/metric";
import { useWorkspace } from "../../../client/workspace";
import { fileKind } from "../../../components/files/file-kind";
import { Panel } from "../../../components/Panel";
import { ErrorState, Skeleton } from "../../../components/states";
import { t } from "../../../text/text";
import { ConfusionTable } from "../ConfusionTable";
import styles from "../ImagesTab.module.css";
import { LoggedCurves } from "../LoggedCurves";
import { parseCurves } from "../logged-curves";
import { fileOf, parseConfusionMatrix } from "../logged-file";
import runStyles from "../RunPage.module.css";
import { LoggedText } from "./LoggedText";
import { stepsOf } from "./media-entry";
import mediaStyles from "./media.module.css";
import { StepSlider } from "./StepSlider";
import { useChosen } from "./useChosen";

/** The files of one name: one at a time, with a slider over their steps. */
export function LoggedFiles({ runId, series, artifacts }: { runId: string; series: MetricSeries; artifacts: readonly Artifact[] }) {
  const values = series.values ?? [];
  const steps = useMemo(() => stepsOf(series, values.length), [series, values.length]);
  const [chosen, setChosen] = useChosen(values.length);
  const file = useMemo(() => fileOf(values[chosen], artifacts), [values, chosen, artifacts]);
  return (
    <Panel title={series.name}>
      {series.description && <p className={mediaStyles.description}>{series.description}</p>}
      <StepSlider name={series.name} steps={steps} chosen={chosen} onChosen={setChosen} />
      <LoggedFile runId={runId} series={series} file={file} />
      {series.count > values.length && <p className={mediaStyles.notice}>{t("media.some", { shown: values.length, count: series.count })}</p>}
    </Panel>
  );
}

function LoggedFile({ runId, series, file }: { runId: string; series: MetricSeries; file: Artifact | null }) {
  if (file === null) return <p className={runStyles.muted}>{t("images.missing")}</p>;
  return (
    <figure className={styles.file}>
      <Shown runId={runId} series={series} file={file} />
      <figcaption>
        <Link to="/runs/$runId/outputs/$" params={{ runId, _splat: file.path }}>
          {file.path}
        </Link>
      </figcaption>
    </figure>
  );
}

function Shown({ runId, series, file }: { runId: string; series: MetricSeries; file: Artifact }) {
  const workspace = useWorkspace();
  const url = artifactUrl(workspace, runId, file.path);
  const revision = file.sha256 ?? file.updated_at;
  const fresh = `${url}?v=${encodeURIComponent(revision)}`;
  const label = series.description || series.name;
  switch (series.type) {
    case "runyard.v1.audio":
      // biome-ignore lint/a11y/useMediaCaption: what a run has logged has no captions
      return <audio key={fresh} className={mediaStyles.audio} src={fresh} controls preload="metadata" aria-label={label} />;
    case "runyard.v1.video":
      // biome-ignore lint/a11y/useMediaCaption: what a run has logged has no captions
      return <video key={fresh} className={mediaStyles.video} src={fresh} controls preload="metadata" aria-label={label} />;
    case "runyard.v1.text":
      return <LoggedText url={url} name={series.name} revision={revision} sizeBytes={file.size_bytes} />;
    case "runyard.v1.html":
      // Nothing in it may run, and nothing of the Studio is within its reach.
      return <iframe key={fresh} className={mediaStyles.html} sandbox="" src={inlineUrl(url, revision)} title={label} />;
    case "azureml.v2.confusion_matrix":
      return <Confusion url={url} name={series.name} revision={revision} />;
    case "azureml.v2.accuracy_table":
    case "azureml.v2.residuals":
    case "azureml.v2.predictions":
      return <Curves url={url} name={series.name} revision={revision} />;
    default:
      return fileKind(file.path) === "image" ? (
        <Link to="/runs/$runId/outputs/$" params={{ runId, _splat: file.path }} title={t("images.open")}>
          <img src={fresh} alt={label} loading="lazy" />
        </Link>
      ) : null;
  }
}

interface LoggedDocument {
  url: string;
  name: string;
  revision: string;
}

function Confusion({ url, name, revision }: LoggedDocument) {
  const document = useQuery(fileTextQuery(url, revision));
  if (document.isError) return <ErrorState error={document.error} onRetry={() => void document.refetch()} />;
  if (document.data === undefined) return <Skeleton />;
  const matrix = parseConfusionMatrix(document.data ?? "");
  return matrix ? <ConfusionTable matrix={matrix} label={name} /> : <p className={runStyles.muted}>{t("confusion.unreadable")}</p>;
}

function Curves({ url, name, revision }: LoggedDocument) {
  const document = useQuery(fileTextQuery(url, revision));
  const charts = useMemo(() => (document.data ? parseCurves(document.data) : null), [document.data]);
  if (document.isError) return <ErrorState error={document.error} onRetry={() => void document.refetch()} />;
  if (document.data === undefined) return <Skeleton />;
  return charts ? <LoggedCurves charts={charts} name={name} /> : <p className={runStyles.muted}>{t("curves.unreadable")}</p>;
}
