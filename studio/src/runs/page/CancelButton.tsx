import { useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { keys } from "../../client/keys";
import { cancelRun, type Run } from "../../client/run";
import { useWorkspace } from "../../client/workspace";
import { Button } from "../../components/Button";
import { t } from "../../text/text";

const ConfirmDialog = lazy(async () => ({ default: (await import("../../components/ConfirmDialog")).ConfirmDialog }));

/** Stops a run and its children, after asking. */
export function CancelButton({ run }: { run: Run }) {
  const workspace = useWorkspace();
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const cancel = async () => client.setQueryData(keys.run(workspace, run.id), await cancelRun(workspace, run.id, t("run.cancel.reason")));
  return (
    <>
      <Button tone="danger" icon="stop" onClick={() => setAsking(true)}>
        {t("run.cancel")}
      </Button>
      {asking && (
        <Suspense fallback={null}>
          <ConfirmDialog title={t("run.cancel.title", { count: 1 })} confirmLabel={t("run.cancel.confirm", { count: 1 })} onConfirm={cancel} onClose={() => setAsking(false)}>
            {run.child_count > 0 ? t("run.cancel.bodyChildren", { name: run.display_name, count: run.child_count }) : t("run.cancel.bodyOne", { name: run.display_name })}
          </ConfirmDialog>
        </Suspense>
      )}
    </>
  );
}
