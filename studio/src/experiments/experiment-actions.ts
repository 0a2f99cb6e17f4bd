import type { QueryClient } from "@tanstack/react-query";
import { deleteExperiment, type Experiment, restoreExperiment, updateExperiment } from "../client/experiment";
import { keys } from "../client/keys";
import { showToast } from "../components/toasts";
import { t } from "../text/text";

/** What can be done with an experiment. Each says when it is done, and offers to take it back. */

export async function archiveExperiment(client: QueryClient, workspace: string, { name }: Experiment, archived: boolean): Promise<void> {
  const set = async (value: boolean) => {
    await updateExperiment(workspace, name, { archived: value });
    await client.invalidateQueries({ queryKey: keys.experiments(workspace) });
  };
  await set(archived);
  showToast(t(archived ? "experiment.archive.done" : "experiment.reactivate.done", { name }), () => set(!archived));
}

/** `leave` goes away from the page of the experiment: it is not asked for again. */
export async function binExperiment(client: QueryClient, workspace: string, { name }: Experiment, leave?: () => Promise<void>): Promise<void> {
  const refresh = () => Promise.all([keys.experiments(workspace), keys.runs(workspace)].map((queryKey) => client.invalidateQueries({ queryKey })));
  await deleteExperiment(workspace, name);
  await leave?.();
  client.removeQueries({ queryKey: [...keys.experiments(workspace), "one", name] });
  showToast(t("experiment.delete.done", { name }), () => restoreExperiment(workspace, name).then(refresh));
  await refresh();
}
