import { type Run, updateRun } from "../../client/run";
import { cancelRuns, deleteRuns, restoreRuns, updateRuns } from "../../client/run-batch";
import { showToast } from "../../components/toasts";
import { t } from "../../text/text";

/** What can be done with several runs. Each says when it is done, and offers to take it back where that is possible. */

export async function archiveRuns(workspace: string, ids: readonly string[], archived: boolean): Promise<void> {
  await updateRuns(workspace, ids, { archived });
  showToast(t(archived ? "bulk.done.archive" : "bulk.done.reactivate", { count: ids.length }), () => updateRuns(workspace, ids, { archived: !archived }));
}

export async function binRuns(workspace: string, ids: readonly string[]): Promise<void> {
  await deleteRuns(workspace, ids);
  showToast(t("bulk.done.delete", { count: ids.length }), () => restoreRuns(workspace, ids));
}

export async function stopRuns(workspace: string, ids: readonly string[]): Promise<void> {
  await cancelRuns(workspace, ids, t("run.cancel.reason"));
  showToast(t("bulk.done.cancel", { count: ids.length }));
}

/** Sets a tag. It can be taken back only when all of the runs were at hand before: their old tags are known then. */
export async function tagRuns(workspace: string, ids: readonly string[], known: readonly Pick<Run, "id" | "tags">[], key: string, value: string | null): Promise<void> {
  await updateRuns(workspace, ids, { set_tags: { [key]: value } });
  showToast(t("bulk.done.tag", { count: ids.length }), undoTags(workspace, ids, known, key));
}

export async function untagRuns(workspace: string, ids: readonly string[], known: readonly Pick<Run, "id" | "tags">[], key: string): Promise<void> {
  await updateRuns(workspace, ids, { remove_tags: [key] });
  showToast(t("bulk.done.untag", { count: ids.length }), undoTags(workspace, ids, known, key));
}

function undoTags(workspace: string, ids: readonly string[], known: readonly Pick<Run, "id" | "tags">[], key: string): (() => Promise<unknown>) | undefined {
  const runs = known.filter((run) => ids.includes(run.id));
  if (runs.length < ids.length) return undefined;
  return () =>
    Promise.all(
      runs.map((run) => {
        const before = run.tags?.[key];
        return updateRun(workspace, run.id, before === undefined ? { remove_tags: [key] } : { set_tags: { [key]: before } });
      }),
    );
}
