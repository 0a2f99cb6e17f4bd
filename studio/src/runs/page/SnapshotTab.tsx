import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useMemo } from "react";
import { snapshotFileUrl, snapshotQuery, snapshotZipUrl } from "../../client/snapshot";
import { useWorkspace } from "../../client/workspace";
import { Button, buttonClass } from "../../components/Button";
import { FileBrowser } from "../../components/files/FileBrowser";
import { FilePreview } from "../../components/files/FilePreview";
import { formatBytes } from "../../components/format";
import { Icon } from "../../components/Icon";
import { PopoverButton } from "../../components/PopoverButton";
import { formatLineRange, type LineRange, parseLineRange } from "../../components/logs/line-range";
import { EmptyState, ErrorState, Skeleton } from "../../components/states";
import { t } from "../../text/text";
import { RunPicker } from "../RunPicker";
import { useRun } from "./useRun";

const SnapshotDiff = lazy(async () => ({ default: (await import("./SnapshotDiff")).SnapshotDiff }));

/** The source folder as it was when the run was submitted; with `other` in the address, what differs from that run's. */
export function SnapshotTab() {
  const workspace = useWorkspace();
  const navigate = useNavigate();
  const { data: run } = useRun();
  const wanted = useParams({ strict: false })._splat ?? "";
  const { line, other } = useSearch({ strict: false });
  const range = useMemo(() => parseLineRange(line), [line]);
  const hasSnapshot = Boolean(run?.snapshot_id);
  const snapshot = useQuery({ ...snapshotQuery(workspace, run?.id ?? ""), enabled: hasSnapshot });
  if (!run) return null;
  if (!hasSnapshot) return <EmptyState icon="folder" title={t("snapshot.none.title")}>{t("snapshot.none.body")}</EmptyState>;
  if (snapshot.isError) return <ErrorState error={snapshot.error} onRetry={() => void snapshot.refetch()} />;
  if (!snapshot.data) return <Skeleton lines={6} inset />;
  const { files, size_bytes: size } = snapshot.data;
  const selected = wanted === "" ? (files.find((file) => file.path === run.script_name) ?? files[0]) : files.find((file) => file.path === wanted);
  const open = (path: string, search: { line?: string; other?: string } = {}, replace = false) => void navigate({ to: "/runs/$runId/snapshot/$", params: { runId: run.id, _splat: path }, search, replace });
  if (other) {
    return (
      <Suspense fallback={<Skeleton lines={6} />}>
        <SnapshotDiff run={run} otherId={other} path={wanted} onOpen={(path) => open(path, { other })} onClose={() => open(wanted)} />
      </Suspense>
    );
  }
  return (
    <FileBrowser
      label={t("run.tab.snapshot")}
      files={files}
      selected={selected?.path ?? null}
      onOpen={(path) => open(path)}
      actions={
        <>
          <a className={buttonClass("quiet")} href={snapshotZipUrl(workspace, run.id)} download={`${run.id}-snapshot.zip`}>
            <Icon name="download" />
            {t("snapshot.download", { size: formatBytes(size) })}
          </a>
          <PopoverButton icon="branch" label={t("snapshot.compare")} title={t("snapshot.compareWith")}>
            <RunPicker run={run} onlyWithSnapshot onPick={(picked) => open("", { other: picked.id })} />
          </PopoverButton>
        </>
      }
    >
      {selected ? (
        <FilePreview
          key={selected.path}
          url={snapshotFileUrl(workspace, run.id, selected.path)}
          path={selected.path}
          sizeBytes={selected.size_bytes}
          revision={selected.sha256}
          live={false}
          source={null}
          range={range}
          onRange={(chosen: LineRange) => open(selected.path, { line: formatLineRange(chosen) }, true)}
        />
      ) : (
        <EmptyState icon="search" title={t("files.missing", { path: wanted })} actions={<Button onClick={() => open("")}>{t("files.backToAll")}</Button>} />
      )}
    </FileBrowser>
  );
}
