import { lazy, Suspense, useState } from "react";
import { cancelRun, isCancellable } from "../../client/run";
import { useWorkspace } from "../../client/workspace";
import { Button, IconButton } from "../../components/Button";
import { t } from "../../text/text";
import styles from "./RunTable.module.css";
import type { RunRow } from "./run-pages";

const ConfirmDialog = lazy(async () => ({ default: (await import("../../components/ConfirmDialog")).ConfirmDialog }));

/** What can be done with the selected runs. */
export function SelectionBar({ selected, rows, onClear }: { selected: readonly string[]; rows: readonly RunRow[]; onClear: () => void }) {
  const workspace = useWorkspace();
  const [asking, setAsking] = useState(false);
  const live = rows.filter((row) => selected.includes(row.run.id) && isCancellable(row.run)).map((row) => row.run.id);
  const cancel = () => Promise.all(live.map((id) => cancelRun(workspace, id, t("run.cancel.reason"))));
  return (
    <div className={styles.bar} role="region" aria-label={t("grid.selection")}>
      <strong>{t("grid.selected", { count: selected.length })}</strong>
      <Button tone="danger" icon="stop" disabled={live.length === 0} title={live.length === 0 ? t("run.cancel.none") : undefined} onClick={() => setAsking(true)}>
        {t("run.cancel.count", { count: live.length })}
      </Button>
      <IconButton icon="close" label={t("grid.clearSelection")} onClick={onClear} />
      {asking && (
        <Suspense fallback={null}>
          <ConfirmDialog title={t("run.cancel.title", { count: live.length })} confirmLabel={t("run.cancel.confirm", { count: live.length })} onConfirm={cancel} onClose={() => setAsking(false)}>
            {t("run.cancel.body")}
          </ConfirmDialog>
        </Suspense>
      )}
    </div>
  );
}
