import { useQuery, useQueryClient } from "@tanstack/react-query";
import { experimentQuery, updateExperiment } from "../../client/experiment";
import { keys } from "../../client/keys";
import type { SavedView } from "../../client/view";
import { useWorkspace } from "../../client/workspace";
import { Button } from "../../components/Button";
import { showFailure } from "../../components/toasts";
import { t } from "../../text/text";

/** Makes a view what an experiment opens with, or takes that back. */
export function DefaultViewButton({ experiment, view }: { experiment: string; view: SavedView }) {
  const workspace = useWorkspace();
  const client = useQueryClient();
  const record = useQuery(experimentQuery(workspace, experiment));
  const isDefault = record.data?.default_view_id === view.id;
  const change = () =>
    void updateExperiment(workspace, experiment, { default_view_id: isDefault ? "" : view.id }).then(
      () => client.invalidateQueries({ queryKey: keys.experiments(workspace) }),
      (error: unknown) => showFailure(error instanceof Error ? error.message : String(error)),
    );
  return (
    <Button aria-pressed={isDefault} onClick={change}>
      {isDefault ? t("views.noDefault") : t("views.makeDefault", { name: experiment })}
    </Button>
  );
}
