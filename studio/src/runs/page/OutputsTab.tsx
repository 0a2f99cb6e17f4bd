import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import { type Artifact, artifactsQuery, artifactUrl, artifactZipUrl } from "../../client/artifact";
import { hasEnded } from "../../client/run";
import { artifactText } from "../../client/text-file";
import { useWorkspace } from "../../client/workspace";
import { Button, buttonClass } from "../../components/Button";
import { FileBrowser } from "../../components/files/FileBrowser";
import { FilePreview } from "../../components/files/FilePreview";
import { Icon } from "../../components/Icon";
import { formatLineRange, type LineRange, parseLineRange } from "../../components/logs/line-range";
import { EmptyState, ErrorState, Skeleton } from "../../components/states";
import { t } from "../../text/text";
import { useRun } from "./useRun";

/** Outputs and logs: every file of the run, live while it grows. */
export function OutputsTab() {
  const workspace = useWorkspace();
  const navigate = useNavigate();
  const { data: run } = useRun();
  const wanted = useParams({ strict: false })._splat ?? "";
  const { line } = useSearch({ strict: false });
  const artifacts = useQuery({ ...artifactsQuery(workspace, run?.id ?? ""), enabled: run !== undefined });
  const runId = run?.id ?? "";
  const path = wanted === "" ? (firstToRead(artifacts.data?.artifacts ?? [])?.path ?? null) : wanted;
  const source = useMemo(() => (path === null ? null : artifactText(workspace, runId, path)), [workspace, runId, path]);
  const range = useMemo(() => parseLineRange(line), [line]);
  if (!run) return null;
  if (artifacts.isError && !artifacts.data) return <ErrorState error={artifacts.error} onRetry={() => void artifacts.refetch()} />;
  if (!artifacts.data) return <Skeleton lines={6} inset />;
  const files = artifacts.data.artifacts;
  const live = !hasEnded(run);
  if (files.length === 0) {
    return <EmptyState icon="folder" title={live ? t("outputs.waiting") : t("outputs.none.title")}>{t("outputs.none.body")}</EmptyState>;
  }
  const selected = files.find((file) => file.path === path);
  const open = (opened: string, chosen?: LineRange) =>
    void navigate({ to: "/runs/$runId/outputs/$", params: { runId: run.id, _splat: opened }, search: chosen ? { line: formatLineRange(chosen) } : {}, replace: chosen !== undefined });
  return (
    <FileBrowser
      label={t("run.tab.outputs")}
      files={files}
      selected={selected?.path ?? null}
      onOpen={(opened) => open(opened)}
      actions={
        <a className={buttonClass("quiet")} href={artifactZipUrl(workspace, run.id)} download={`${run.id}.zip`}>
          <Icon name="download" />
          {t("outputs.downloadAll")}
        </a>
      }
    >
      {selected === undefined && path !== null && (
        <EmptyState icon="search" title={t("files.missing", { path })} actions={<Button onClick={() => open("")}>{t("files.backToAll")}</Button>}>
          {live ? t("outputs.missing.waiting") : t("outputs.missing.body")}
        </EmptyState>
      )}
      {selected && (
        <FilePreview
          key={selected.path}
          url={artifactUrl(workspace, run.id, selected.path)}
          path={selected.path}
          sizeBytes={selected.size_bytes}
          revision={selected.sha256 ?? selected.updated_at}
          live={live && !selected.sha256}
          source={source}
          range={range}
          onRange={(chosen) => open(selected.path, chosen)}
        />
      )}
    </FileBrowser>
  );
}

/** The script's own output first; or else whatever log there is; or else the first file. */
function firstToRead(files: readonly Artifact[]): Artifact | undefined {
  return files.find((file) => /(^|\/)70_driver_log/.test(file.path)) ?? files.find((file) => /\.(log|txt)$/.test(file.path)) ?? files[0];
}
