import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { type Artifact, artifactsQuery, artifactUrl, readRange } from "../../client/artifact";
import { type MetricSeries, runMetricsQuery, runSeriesQuery } from "../../client/metric";
import { hasEnded } from "../../client/run";
import { useWorkspace } from "../../client/workspace";
import { fileKind } from "../../components/files/file-kind";
import { Panel } from "../../components/Panel";
import { EmptyState, ErrorState, Skeleton } from "../../components/states";
import { t } from "../../text/text";
import { ConfusionTable } from "./ConfusionTable";
import styles from "./ImagesTab.module.css";
import { LoggedCurves } from "./LoggedCurves";
import { parseCurves } from "./logged-curves";
import { fileOf, parseConfusionMatrix } from "./logged-file";
import runStyles from "./RunPage.module.css";
import { useRun } from "./useRun";

const CURVE_TYPES: ReadonlySet<string> = new Set(["azureml.v2.accuracy_table", "azureml.v2.residuals", "azureml.v2.predictions"] satisfies MetricSeries["type"][]);

/** What was logged as a file: images, confusion matrices, curves. */
export function ImagesTab() {
  const workspace = useWorkspace();
  const { data: run } = useRun();
  const runId = run?.id ?? "";
  const summaries = useQuery({ ...runMetricsQuery(workspace, runId), enabled: run !== undefined });
  const names = summaries.data?.metrics.filter((metric) => metric.family === "file").map((metric) => metric.name) ?? [];
  const series = useQuery({ ...runSeriesQuery(workspace, runId, names), placeholderData: (previous) => previous });
  const artifacts = useQuery({ ...artifactsQuery(workspace, runId), enabled: names.length > 0 });
  if (!run) return null;
  const failed = [summaries, series, artifacts].find((query) => query.isError && !query.data);
  if (failed) return <ErrorState error={failed.error} onRetry={() => void failed.refetch()} />;
  if (summaries.data && names.length === 0) {
    return <EmptyState icon="image" title={hasEnded(run) ? t("images.none.title") : t("images.waiting")}>{t("images.none.body")}</EmptyState>;
  }
  if (!series.data || !artifacts.data) return <Skeleton lines={6} />;
  return (
    <div className={runStyles.body}>
      {series.data.series.map((each) => (
        <LoggedFiles key={each.name} runId={run.id} series={each} artifacts={artifacts.data.artifacts} />
      ))}
    </div>
  );
}

function LoggedFiles({ runId, series, artifacts }: { runId: string; series: MetricSeries; artifacts: readonly Artifact[] }) {
  return (
    <Panel title={series.name}>
      <div className={styles.files}>
        {(series.values ?? []).map((value, index) => {
          const file = fileOf(value, artifacts);
          return <LoggedFile key={`${index} ${String(value)}`} runId={runId} series={series} file={file} />;
        })}
      </div>
    </Panel>
  );
}

function LoggedFile({ runId, series, file }: { runId: string; series: MetricSeries; file: Artifact | null }) {
  const workspace = useWorkspace();
  if (file === null) return <p className={runStyles.muted}>{t("images.missing")}</p>;
  const url = artifactUrl(workspace, runId, file.path);
  return (
    <figure className={styles.file}>
      {fileKind(file.path) === "image" ? (
        <Link to="/runs/$runId/outputs/$" params={{ runId, _splat: file.path }} title={t("images.open")}>
          <img src={`${url}?v=${encodeURIComponent(file.sha256 ?? file.updated_at)}`} alt={series.description || series.name} loading="lazy" />
        </Link>
      ) : series.type === "azureml.v2.confusion_matrix" ? (
        <Confusion url={url} name={series.name} revision={file.sha256 ?? file.updated_at} />
      ) : CURVE_TYPES.has(series.type) ? (
        <Curves url={url} name={series.name} revision={file.sha256 ?? file.updated_at} />
      ) : null}
      <figcaption>
        <Link to="/runs/$runId/outputs/$" params={{ runId, _splat: file.path }}>
          {file.path}
        </Link>
      </figcaption>
    </figure>
  );
}

function Confusion({ url, name, revision }: LoggedDocument) {
  const document = useDocument(url, revision);
  if (document.isError) return <ErrorState error={document.error} onRetry={() => void document.refetch()} />;
  if (document.data === undefined) return <Skeleton />;
  const matrix = parseConfusionMatrix(document.data);
  return matrix ? <ConfusionTable matrix={matrix} label={name} /> : <p className={runStyles.muted}>{t("confusion.unreadable")}</p>;
}

function Curves({ url, name, revision }: LoggedDocument) {
  const document = useDocument(url, revision);
  const charts = useMemo(() => (document.data === undefined ? null : parseCurves(document.data)), [document.data]);
  if (document.isError) return <ErrorState error={document.error} onRetry={() => void document.refetch()} />;
  if (document.data === undefined) return <Skeleton />;
  return charts ? <LoggedCurves charts={charts} name={name} /> : <p className={runStyles.muted}>{t("curves.unreadable")}</p>;
}

interface LoggedDocument {
  url: string;
  name: string;
  revision: string;
}

function useDocument(url: string, revision: string) {
  return useQuery({
    queryKey: ["file", url, revision],
    queryFn: async ({ signal }) => new TextDecoder().decode((await readRange(url, 0, undefined, signal)).bytes),
    staleTime: Number.POSITIVE_INFINITY,
  });
}
