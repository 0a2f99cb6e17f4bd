import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useMemo, useState } from "react";
import { type Artifact, artifactUrl, inlineUrl } from "../../../client/artifact";
import { fileTextQuery } from "../../../client/file-text";
import type { MetricSeries } from "../../../client/metric";
import { useWorkspace } from "../../../client/workspace";
import { fileKind } from "../../../components/files/file-kind";
import { ErrorState, Skeleton } from "../../../components/states";
import { t } from "../../../text/text";
import { ConfusionTable } from "../ConfusionTable";
import { LoggedCurves } from "../LoggedCurves";
import { parseCurves } from "../logged-curves";
import { fileOf, parseConfusionMatrix } from "../logged-file";
import runStyles from "../RunPage.module.css";
import { LoggedText } from "./LoggedText";
import styles from "./media.module.css";

const Lightbox = lazy(async () => ({ default: (await import("./Lightbox")).Lightbox }));

interface LoggedMediumProps {
  runId: string;
  series: MetricSeries;
  artifacts: readonly Artifact[];
  /** The step of each entry. */
  steps: readonly number[];
  /** The entry that is shown. */
  chosen: number;
  /** Goes to another entry; left out where something else says which one is shown. */
  onChosen?: (index: number) => void;
  /** What it is called for who cannot see it. */
  label: string;
}

/** One logged file as what it is: an image that can be opened large, a sound, a video, a text, a page, a matrix or curves. */
export function LoggedMedium({ runId, series, artifacts, steps, chosen, onChosen, label }: LoggedMediumProps) {
  const workspace = useWorkspace();
  const file = useMemo(() => fileOf(series.values?.[chosen], artifacts), [series, chosen, artifacts]);
  if (file === null) return <p className={runStyles.muted}>{t("images.missing")}</p>;
  const url = artifactUrl(workspace, runId, file.path);
  const revision = file.sha256 ?? file.updated_at;
  const fresh = freshUrl(workspace, runId, file);
  switch (series.type) {
    case "runyard.v1.audio":
      // biome-ignore lint/a11y/useMediaCaption: what a run has logged has no captions
      return <audio key={fresh} className={styles.audio} src={fresh} controls preload="metadata" aria-label={label} />;
    case "runyard.v1.video":
      // biome-ignore lint/a11y/useMediaCaption: what a run has logged has no captions
      return <video key={fresh} className={styles.video} src={fresh} controls preload="metadata" aria-label={label} />;
    case "runyard.v1.text":
      return <LoggedText url={url} name={label} revision={revision} sizeBytes={file.size_bytes} />;
    case "runyard.v1.html":
      // Nothing in it may run, and nothing of the Studio is within its reach.
      return <iframe key={fresh} className={styles.html} sandbox="" src={inlineUrl(url, revision)} title={label} />;
    case "azureml.v2.confusion_matrix":
      return <Confusion url={url} name={label} revision={revision} />;
    case "azureml.v2.accuracy_table":
    case "azureml.v2.residuals":
    case "azureml.v2.predictions":
      return <Curves url={url} name={label} revision={revision} />;
    default:
      return fileKind(file.path) === "image" ? <Picture runId={runId} series={series} artifacts={artifacts} steps={steps} chosen={chosen} {...(onChosen ? { onChosen } : {})} label={label} /> : null;
  }
}

function Picture({ runId, series, artifacts, steps, chosen, onChosen, label }: LoggedMediumProps) {
  const workspace = useWorkspace();
  const [isLarge, setIsLarge] = useState(false);
  // Which one is large, where the page keeps another one.
  const [own, setOwn] = useState(chosen);
  const at = onChosen ? chosen : own;
  const urlAt = (index: number) => {
    const file = fileOf(series.values?.[index], artifacts);
    return file && freshUrl(workspace, runId, file);
  };
  const open = () => {
    setOwn(chosen);
    setIsLarge(true);
  };
  return (
    <>
      <button type="button" className={styles.picture} onClick={open} title={t("media.enlarge")}>
        <img src={urlAt(chosen) ?? undefined} alt={label} loading="lazy" />
      </button>
      {isLarge && (
        <Suspense fallback={null}>
          <Lightbox title={label} url={urlAt(at)} steps={steps} chosen={at} onChosen={onChosen ?? setOwn} onClose={() => setIsLarge(false)} />
        </Suspense>
      )}
    </>
  );
}

/** An address that changes with what the file holds. */
function freshUrl(workspace: string, runId: string, file: Artifact): string {
  return `${artifactUrl(workspace, runId, file.path)}?v=${encodeURIComponent(file.sha256 ?? file.updated_at)}`;
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
