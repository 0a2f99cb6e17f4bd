import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { snapshotFileUrl, snapshotQuery, snapshotZipUrl } from "../../client/snapshot";
import { useWorkspace } from "../../client/workspace";
import { buttonClass } from "../../components/Button";
import { FileBrowser } from "../../components/files/FileBrowser";
import { FilePreview } from "../../components/files/FilePreview";
import { formatBytes } from "../../components/format";
import { Icon } from "../../components/Icon";
import { EmptyState, ErrorState, Skeleton } from "../../components/states";
import { t } from "../../text/text";
import { useRun } from "./useRun";

/** The source folder as it was when the run was submitted. */
export function SnapshotTab() {
  const workspace = useWorkspace();
  const navigate = useNavigate();
  const { data: run } = useRun();
  const wanted = useParams({ strict: false })._splat ?? "";
  const hasSnapshot = Boolean(run?.snapshot_id);
  const snapshot = useQuery({ ...snapshotQuery(workspace, run?.id ?? ""), enabled: hasSnapshot });
  if (!run) return null;
  if (!hasSnapshot) return <EmptyState icon="folder" title={t("snapshot.none.title")}>{t("snapshot.none.body")}</EmptyState>;
  if (snapshot.isError) return <ErrorState error={snapshot.error} onRetry={() => void snapshot.refetch()} />;
  if (!snapshot.data) return <Skeleton lines={6} />;
  const { files, size_bytes: size } = snapshot.data;
  const selected = wanted === "" ? (files.find((file) => file.path === run.script_name) ?? files[0]) : files.find((file) => file.path === wanted);
  return (
    <FileBrowser
      label={t("run.tab.snapshot")}
      files={files}
      selected={selected?.path ?? null}
      onOpen={(path) => void navigate({ to: "/runs/$runId/snapshot/$", params: { runId: run.id, _splat: path } })}
      actions={
        <a className={buttonClass("quiet")} href={snapshotZipUrl(workspace, run.id)} download={`${run.id}-snapshot.zip`}>
          <Icon name="download" />
          {t("snapshot.download", { size: formatBytes(size) })}
        </a>
      }
    >
      {selected && (
        <FilePreview key={selected.path} url={snapshotFileUrl(workspace, run.id, selected.path)} path={selected.path} sizeBytes={selected.size_bytes} revision={selected.sha256} live={false} />
      )}
    </FileBrowser>
  );
}
