import { useMutation, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { keys } from "../../client/keys";
import { deleteRun, hasEnded, restoreRun, type Run, updateRun } from "../../client/run";
import { useWorkspace } from "../../client/workspace";
import { Button } from "../../components/Button";
import { PopoverButton } from "../../components/PopoverButton";
import { InlineError } from "../../components/states";
import { t } from "../../text/text";
import styles from "./RunPage.module.css";

const ConfirmDialog = lazy(async () => ({ default: (await import("../../components/ConfirmDialog")).ConfirmDialog }));

/** What is done to a run seldom: archive it, put it into the bin, and both back. */
export function MoreActions({ run }: { run: Run }) {
  const workspace = useWorkspace();
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const show = (changed: Run) => {
    client.setQueryData(keys.run(workspace, run.id), changed);
    void client.invalidateQueries({ queryKey: keys.runs(workspace) });
  };
  const archive = useMutation({ mutationFn: (archived: boolean) => updateRun(workspace, run.id, { archived }), onSuccess: show });
  const isArchived = Boolean(run.archived_at);
  return (
    <>
      <PopoverButton compact icon="dots" label={t("run.more")} title={t("run.more")}>
        {(close) => (
          <div className={styles.menu}>
            <Button icon="archive" disabled={archive.isPending} onClick={() => archive.mutate(!isArchived, { onSuccess: close })}>
              {isArchived ? t("run.reactivate") : t("run.archive")}
            </Button>
            <Button
              tone="danger"
              icon="bin"
              disabled={!hasEnded(run) || Boolean(run.deleted_at)}
              onClick={() => {
                close();
                setAsking(true);
              }}
            >
              {t("run.delete")}
            </Button>
            {!hasEnded(run) && <p className={styles.muted}>{t("run.delete.notYet")}</p>}
            <InlineError error={archive.error} />
          </div>
        )}
      </PopoverButton>
      {asking && (
        <Suspense fallback={null}>
          <ConfirmDialog
            title={t("run.delete.title")}
            confirmLabel={t("run.delete.confirm")}
            keepLabel={t("run.delete.keep")}
            onConfirm={async () => show(await deleteRun(workspace, run.id))}
            onClose={() => setAsking(false)}
          >
            {t("run.delete.body", { name: run.display_name, count: run.child_count })}
          </ConfirmDialog>
        </Suspense>
      )}
    </>
  );
}

/** Says that the run is archived or in the bin, and offers the way back. */
export function SetAside({ run }: { run: Run }) {
  const workspace = useWorkspace();
  const client = useQueryClient();
  const back = useMutation({
    mutationFn: () => (run.deleted_at ? restoreRun(workspace, run.id) : updateRun(workspace, run.id, { archived: false })),
    onSuccess: (changed) => {
      client.setQueryData(keys.run(workspace, run.id), changed);
      void client.invalidateQueries({ queryKey: keys.runs(workspace) });
    },
  });
  if (!run.deleted_at && !run.archived_at) return null;
  return (
    <div className={styles.aside} role="status">
      <span>{run.deleted_at ? t("run.inBin", { user: run.deleted_by ?? "" }) : t("run.isArchived")}</span>
      <Button disabled={back.isPending} onClick={() => back.mutate()}>
        {run.deleted_at ? t("run.restore") : t("run.reactivate")}
      </Button>
      <InlineError error={back.error} />
    </div>
  );
}
