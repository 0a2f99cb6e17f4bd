import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { readRange } from "../../client/artifact";
import { type DiffEntry, type FileChange, runDiffQuery } from "../../client/run-diff";
import { snapshotFileUrl } from "../../client/snapshot";
import { useWorkspace } from "../../client/workspace";
import { DiffView } from "../../components/diff/DiffView";
import { diffLines, withGaps } from "../../components/diff/line-diff";
import { Checkbox, Select } from "../../components/fields";
import { Panel } from "../../components/Panel";
import { EmptyState, ErrorState, Skeleton } from "../../components/states";
import { t, type TextId } from "../../text/text";
import styles from "./ComparePage.module.css";
import type { ComparedRun } from "./run-value";

const FILE_MAX_BYTES = 1_000_000;
/** Lines around a change. */
const CONTEXT_LINES = 3;
const PARTS = ["environment", "git", "hardware"] as const;
const PART_NAMES: Readonly<Record<(typeof PARTS)[number], TextId>> = { environment: "compare.packages", git: "run.git", hardware: "compare.hardware" };

/** The code, the packages and the machines of two of the runs. */
export function CodeDiff({ runs, baseline }: { runs: readonly ComparedRun[]; baseline: string }) {
  const workspace = useWorkspace();
  const others = runs.filter((run) => run.run.id !== baseline);
  const [chosen, setChosen] = useState("");
  const [all, setAll] = useState(false);
  const other = others.some((run) => run.run.id === chosen) ? chosen : (others[0]?.run.id ?? "");
  const diff = useQuery(runDiffQuery(workspace, baseline, other));
  if (other === "") return <EmptyState icon="branch" title={t("compare.twoRuns")} />;
  const nameOf = (id: string) => runs.find((run) => run.run.id === id)?.run.display_name ?? id;
  return (
    <div className={styles.code}>
      <div className={styles.codeTools}>
        <span>{t("compare.from", { name: nameOf(baseline) })}</span>
        <Select label={t("compare.with")} value={other} choices={others.map(({ run }) => [run.id, t("compare.to", { name: run.display_name })] as const)} onChange={setChosen} />
        <Checkbox label={t("compare.onlyDifferent")} checked={!all} onChange={() => setAll(!all)} />
      </div>
      {diff.isError && !diff.data ? (
        <ErrorState error={diff.error} onRetry={() => void diff.refetch()} />
      ) : !diff.data ? (
        <Skeleton lines={6} />
      ) : (
        <>
          <Panel title={t("compare.files")}>
            {diff.data.same_snapshot === null || diff.data.same_snapshot === undefined ? (
              <p className={styles.note}>{t("compare.noSnapshot")}</p>
            ) : (diff.data.files ?? []).length === 0 ? (
              <p className={styles.note}>{t("compare.sameCode")}</p>
            ) : (
              (diff.data.files ?? []).map((file) => <FileDiff key={file.path} file={file} left={baseline} right={other} />)
            )}
          </Panel>
          {PARTS.map((part) => (
            <EntryPanel key={part} title={t(PART_NAMES[part])} entries={diff.data[part] ?? []} all={all} left={nameOf(baseline)} right={nameOf(other)} />
          ))}
        </>
      )}
    </div>
  );
}

function EntryPanel({ title, entries, all, left, right }: { title: string; entries: readonly DiffEntry[]; all: boolean; left: string; right: string }) {
  const shown = entries.filter((entry) => all || entry.differs);
  return (
    <Panel title={title}>
      {shown.length === 0 ? (
        <p className={styles.note}>{entries.length === 0 ? t("compare.nothingKnown") : t("compare.allSame", { count: entries.length })}</p>
      ) : (
        <div className={styles.entries} tabIndex={0} role="region" aria-label={title}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t("compare.field")}</th>
                <th scope="col">{left}</th>
                <th scope="col">{right}</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((entry) => (
                <tr key={entry.name} data-differs={entry.differs}>
                  <th scope="row">{entry.name}</th>
                  <td>{entry.in_a ? String(entry.a ?? "–") : t("compare.absent")}</td>
                  <td>{entry.in_b ? String(entry.b ?? "–") : t("compare.absent")}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}

/** One changed file; its lines are read when it is opened. */
function FileDiff({ file, left, right }: { file: FileChange; left: string; right: string }) {
  const [open, setOpen] = useState(false);
  return (
    <details className={styles.file} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <code>{file.path}</code> <span>{file.change}</span>
      </summary>
      {open && <FileLines file={file} left={left} right={right} />}
    </details>
  );
}

function FileLines({ file, left, right }: { file: FileChange; left: string; right: string }) {
  const workspace = useWorkspace();
  const texts = useQuery({
    queryKey: ["file-diff", workspace, file.path, file.a_sha256, file.b_sha256],
    queryFn: async ({ signal }) => {
      const read = async (runId: string, sha256: string | null | undefined) =>
        sha256 ? new TextDecoder().decode((await readRange(snapshotFileUrl(workspace, runId, file.path), 0, FILE_MAX_BYTES, signal)).bytes) : "";
      return Promise.all([read(left, file.a_sha256), read(right, file.b_sha256)]);
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (Math.max(file.a_size_bytes ?? 0, file.b_size_bytes ?? 0) > FILE_MAX_BYTES) return <p className={styles.note}>{t("compare.largeFile")}</p>;
  if (texts.isError) return <ErrorState error={texts.error} onRetry={() => void texts.refetch()} />;
  if (!texts.data) return <Skeleton />;
  const [before, after] = texts.data;
  if (before.includes("\0") || after.includes("\0")) return <p className={styles.note}>{t("files.binary.title")}</p>;
  return <DiffView lines={withGaps(diffLines(linesIn(before), linesIn(after)), CONTEXT_LINES)} label={file.path} />;
}

function linesIn(text: string): string[] {
  return text === "" ? [] : text.replace(/\r?\n$/, "").split(/\r?\n/);
}
