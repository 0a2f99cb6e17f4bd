import { lazy, Suspense, useState } from "react";
import { hasEnded, isCancellable, type ListedRun } from "../../client/run";
import { useWorkspace } from "../../client/workspace";
import { Button, IconButton } from "../../components/Button";
import { PopoverButton } from "../../components/PopoverButton";
import { InlineError } from "../../components/states";
import { t } from "../../text/text";
import styles from "./RunTable.module.css";
import { archiveRuns, binRuns, stopRuns, tagRuns, untagRuns } from "./run-actions";

const ConfirmDialog = lazy(async () => ({ default: (await import("../../components/ConfirmDialog")).ConfirmDialog }));
const TagRuns = lazy(async () => ({ default: (await import("./tools/TagRuns")).TagRuns }));

export interface SelectionBarProps {
  selected: readonly string[];
  /** Those of the selected runs, and others, that are in memory. */
  loaded: readonly ListedRun[];
  /** How many the query finds; null when they are selected already or cannot be. */
  matching: number | null;
  onSelectMatching: () => Promise<void>;
  onCompare: () => void;
  onClear: () => void;
}

/** What can be done with the selected runs. */
export function SelectionBar({ selected, loaded, matching, onSelectMatching, onCompare, onClear }: SelectionBarProps) {
  const workspace = useWorkspace();
  const [asking, setAsking] = useState<"cancel" | "delete" | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const ids = new Set(selected);
  const known = loaded.filter((run) => ids.has(run.id));
  const knowsAll = known.length >= selected.length;
  // A run that is not in memory may live: the server leaves an ended one as it is.
  const live = selected.filter((id) => known.find((run) => run.id === id && !isCancellable(run)) === undefined);
  const ended = selected.filter((id) => known.find((run) => run.id === id && !hasEnded(run)) === undefined);
  const allArchived = knowsAll && known.every((run) => run.archived_at);
  const act = (work: Promise<unknown>) => {
    setBusy(true);
    setError(null);
    void work.catch((reason: unknown) => setError(reason)).finally(() => setBusy(false));
  };
  return (
    <div className={styles.bar} role="region" aria-label={t("grid.selection")}>
      <strong>{t("grid.selected", { count: selected.length })}</strong>
      {matching !== null && (
        <Button tone="quiet" disabled={busy} onClick={() => act(onSelectMatching())}>
          {busy ? t("grid.finding") : t("grid.selectMatching", { count: matching })}
        </Button>
      )}
      <Button icon="chart" data-shortcut="c" disabled={selected.length < 2} onClick={onCompare}>
        {t("bulk.compare")}
      </Button>
      <PopoverButton icon="tag" label={t("bulk.tag")} title={t("bulk.tag.title")}>
        <Suspense fallback={null}>
          <TagRuns onSet={(key, value) => act(tagRuns(workspace, selected, known, key, value))} onRemove={(key) => act(untagRuns(workspace, selected, known, key))} />
        </Suspense>
      </PopoverButton>
      <Button icon="archive" disabled={busy} onClick={() => act(archiveRuns(workspace, selected, !allArchived))}>
        {allArchived ? t("bulk.reactivate") : t("bulk.archive")}
      </Button>
      <Button icon="stop" disabled={live.length === 0} title={live.length === 0 ? t("run.cancel.none") : undefined} onClick={() => setAsking("cancel")}>
        {t("run.cancel")}
      </Button>
      <Button tone="danger" icon="bin" disabled={ended.length === 0} onClick={() => setAsking("delete")}>
        {t("bulk.delete")}
      </Button>
      <IconButton icon="close" label={t("grid.clearSelection")} onClick={onClear} />
      <InlineError error={error} />
      {asking !== null && (
        <Suspense fallback={null}>
          {asking === "cancel" ? (
            <ConfirmDialog title={t("run.cancel.title", { count: live.length })} confirmLabel={t("run.cancel.confirm", { count: live.length })} onConfirm={() => stopRuns(workspace, live)} onClose={() => setAsking(null)}>
              {t("run.cancel.body")}
            </ConfirmDialog>
          ) : (
            <ConfirmDialog
              title={t("bulk.delete.title", { count: ended.length })}
              confirmLabel={t("bulk.delete.confirm", { count: ended.length })}
              keepLabel={t("action.cancel")}
              onConfirm={() => binRuns(workspace, ended).then(onClear)}
              onClose={() => setAsking(null)}
            >
              {t("bulk.delete.body")}
            </ConfirmDialog>
          )}
        </Suspense>
      )}
    </div>
  );
}
