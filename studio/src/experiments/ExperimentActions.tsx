import { useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import type { Experiment } from "../client/experiment";
import { useWorkspace } from "../client/workspace";
import { Button, IconButton } from "../components/Button";
import { showFailure } from "../components/toasts";
import { t } from "../text/text";
import { archiveExperiment, binExperiment } from "./experiment-actions";

const ConfirmDialog = lazy(async () => ({ default: (await import("../components/ConfirmDialog")).ConfirmDialog }));

interface ExperimentActionsProps {
  experiment: Experiment;
  /** Signs without words, for a row of a table. */
  small?: boolean;
  /** Leaves the page of the experiment, once that is deleted. */
  leave?: () => Promise<void>;
}

/** Archives an experiment, which asks nothing since it can be taken back at any time, and deletes it. */
export function ExperimentActions({ experiment, small = false, leave }: ExperimentActionsProps) {
  const workspace = useWorkspace();
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [asking, setAsking] = useState(false);
  const isArchived = Boolean(experiment.archived_at);
  const archive = () => {
    setBusy(true);
    archiveExperiment(client, workspace, experiment, !isArchived)
      .catch((error: unknown) => showFailure(error instanceof Error ? error.message : String(error)))
      .finally(() => setBusy(false));
  };
  const archiveText = isArchived ? t("experiment.reactivate") : t("experiment.archive");
  const { name } = experiment;
  return (
    <>
      {small ? (
        <>
          <IconButton icon="archive" disabled={busy} label={`${archiveText}: ${name}`} onClick={archive} />
          <IconButton icon="bin" label={`${t("experiment.delete")}: ${name}`} onClick={() => setAsking(true)} />
        </>
      ) : (
        <>
          <Button icon="archive" disabled={busy} onClick={archive}>
            {archiveText}
          </Button>
          <Button icon="bin" onClick={() => setAsking(true)}>
            {t("experiment.delete")}
          </Button>
        </>
      )}
      {asking && (
        <Suspense fallback={null}>
          <ConfirmDialog
            title={t("experiment.delete.title", { name })}
            confirmLabel={t("experiment.delete.confirm", { count: experiment.run_count })}
            keepLabel={t("action.cancel")}
            onConfirm={() => binExperiment(client, workspace, experiment, leave)}
            onClose={() => setAsking(false)}
          >
            {t("experiment.delete.body")}
          </ConfirmDialog>
        </Suspense>
      )}
    </>
  );
}
