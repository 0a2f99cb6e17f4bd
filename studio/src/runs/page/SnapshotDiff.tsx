import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { fileTextQuery } from "../../client/file-text";
import type { Run } from "../../client/run";
import { type FileChange as ChangedFile, runDiffQuery } from "../../client/run-diff";
import { snapshotFileUrl } from "../../client/snapshot";
import { useWorkspace } from "../../client/workspace";
import { Button } from "../../components/Button";
import { CODE_MAX_BYTES } from "../../components/files/CodeView";
import { DiffView } from "../../components/diff/DiffView";
import { diffLines, withGaps } from "../../components/diff/line-diff";
import { FileBrowser } from "../../components/files/FileBrowser";
import { EmptyState, ErrorState, Skeleton } from "../../components/states";
import { t } from "../../text/text";
import styles from "./SnapshotDiff.module.css";

const CONTEXT_LINES = 4;

interface SnapshotDiffProps {
  run: Run;
  otherId: string;
  path: string;
  onOpen: (path: string) => void;
  onClose: () => void;
}

/** What differs between the code of another run and of this one, file by file. */
export function SnapshotDiff({ run, otherId, path, onOpen, onClose }: SnapshotDiffProps) {
  // From the other to this one: what this run's code has more is "added".
  const diff = useQuery(runDiffQuery(useWorkspace(), otherId, run.id));
  const close = (
    <Button icon="close" onClick={onClose}>
      {t("snapshot.diff.close")}
    </Button>
  );
  if (diff.isError) return <ErrorState error={diff.error} onRetry={() => void diff.refetch()} />;
  if (!diff.data) return <Skeleton lines={6} />;
  const { a: other, files = [], same_snapshot: same } = diff.data;
  if (files.length === 0) {
    return (
      <EmptyState icon="check" title={same === null || same === undefined ? t("snapshot.diff.none.title") : t("snapshot.diff.same.title")} actions={close}>
        {same === null || same === undefined ? t("snapshot.diff.none.body", { name: other.display_name }) : t("snapshot.diff.same.body", { name: other.display_name })}
      </EmptyState>
    );
  }
  const selected = files.find((file) => file.path === path) ?? files[0];
  return (
    <div className={styles.box}>
      <p className={styles.head}>
        <span>
          {t("snapshot.diff.from")}{" "}
          <Link to="/runs/$runId/snapshot/$" params={{ runId: other.id, _splat: "" }}>
            {other.display_name}
          </Link>{" "}
          {t("snapshot.diff.to", { count: files.length })}
        </span>
        {close}
      </p>
      <FileBrowser
        label={t("snapshot.diff.files")}
        files={files.map((file) => ({ path: file.path, size_bytes: file.b_size_bytes ?? file.a_size_bytes ?? 0 }))}
        selected={selected?.path ?? null}
        onOpen={onOpen}
        actions={null}
      >
        {selected && <FileChange key={selected.path} file={selected} fromRun={other} toRun={run} />}
      </FileBrowser>
    </div>
  );
}

function FileChange({ file, fromRun, toRun }: { file: ChangedFile; fromRun: Run; toRun: Run }) {
  const from = useQuery({ ...fileTextQuery(snapshotFileUrl(fromRun.workspace, fromRun.id, file.path), file.a_sha256 ?? "", CODE_MAX_BYTES), enabled: Boolean(file.a_sha256) });
  const to = useQuery({ ...fileTextQuery(snapshotFileUrl(toRun.workspace, toRun.id, file.path), file.b_sha256 ?? "", CODE_MAX_BYTES), enabled: Boolean(file.b_sha256) });
  const left = file.a_sha256 ? from.data : "";
  const right = file.b_sha256 ? to.data : "";
  const lines = useMemo(() => (typeof left === "string" && typeof right === "string" ? withGaps(diffLines(linesOf(left), linesOf(right)), CONTEXT_LINES) : []), [left, right]);
  const failed = [from, to].find((query) => query.isError);
  if (failed) return <ErrorState error={failed.error} onRetry={() => void failed.refetch()} />;
  if (left === undefined || right === undefined) return <Skeleton lines={6} />;
  return (
    <>
      <header className={styles.file}>
        <code>{file.path}</code>
        <span>{file.change === "added" ? t("snapshot.diff.added") : file.change === "removed" ? t("snapshot.diff.removed") : t("snapshot.diff.changed")}</span>
      </header>
      {left === null || right === null ? <EmptyState icon="file" title={t("files.binary.title")}>{t("files.binary.body")}</EmptyState> : <DiffView lines={lines} label={t("diff.of", { name: file.path })} />}
    </>
  );
}

function linesOf(text: string): string[] {
  return text === "" ? [] : text.replace(/\n$/, "").split("\n");
}
