import { useQuery } from "@tanstack/react-query";
import { artifactsQuery } from "../../client/artifact";
import { isMedium, runMetricsQuery, runSeriesQuery } from "../../client/metric";
import { hasEnded } from "../../client/run";
import { useWorkspace } from "../../client/workspace";
import { EmptyState, ErrorState, Skeleton } from "../../components/states";
import { t } from "../../text/text";
import { LoggedFiles } from "./media/LoggedFiles";
import { LoggedHistograms } from "./media/LoggedHistograms";
import runStyles from "./RunPage.module.css";
import { useRun } from "./useRun";

/** What was logged as a file, and histograms: images, sounds, videos, texts, pages, matrices, curves. */
export function ImagesTab() {
  const workspace = useWorkspace();
  const { data: run } = useRun();
  const runId = run?.id ?? "";
  const summaries = useQuery({ ...runMetricsQuery(workspace, runId), enabled: run !== undefined });
  const shown = summaries.data?.metrics.filter(isMedium) ?? [];
  const names = shown.map((metric) => metric.name);
  const hasFiles = shown.some((metric) => metric.family === "file");
  const series = useQuery({ ...runSeriesQuery(workspace, runId, names), placeholderData: (previous) => previous });
  const artifacts = useQuery({ ...artifactsQuery(workspace, runId), enabled: hasFiles });
  if (!run) return null;
  const failed = [summaries, series, artifacts].find((query) => query.isError && !query.data);
  if (failed) return <ErrorState error={failed.error} onRetry={() => void failed.refetch()} />;
  if (summaries.data && names.length === 0) {
    return <EmptyState icon="image" title={hasEnded(run) ? t("images.none.title") : t("images.waiting")}>{t("images.none.body")}</EmptyState>;
  }
  if (!series.data || (hasFiles && !artifacts.data)) return <Skeleton lines={6} inset />;
  return (
    <div className={runStyles.body}>
      {series.data.series.map((each) =>
        each.family === "histogram" ? <LoggedHistograms key={each.name} series={each} /> : <LoggedFiles key={each.name} runId={run.id} series={each} artifacts={artifacts.data?.artifacts ?? []} />,
      )}
    </div>
  );
}
