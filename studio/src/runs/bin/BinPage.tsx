import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { keys } from "../../client/keys";
import { type Run, runsQuery } from "../../client/run";
import { collectGarbage, purgeRuns, restoreRuns } from "../../client/run-batch";
import { useWorkspace } from "../../client/workspace";
import { Button, buttonClass } from "../../components/Button";
import { formatBytes } from "../../components/format";
import { PageHeader } from "../../components/PageHeader";
import { RelativeTime } from "../../components/RelativeTime";
import { EmptyState, ErrorState, InlineError, Skeleton } from "../../components/states";
import tableStyles from "../../components/table.module.css";
import { showToast } from "../../components/toasts";
import { t } from "../../text/text";

const ConfirmDialog = lazy(async () => ({ default: (await import("../../components/ConfirmDialog")).ConfirmDialog }));
const SHOWN = 500;

/** The runs that were deleted: each can be brought back, or removed for good. */
export function BinPage() {
  const workspace = useWorkspace();
  const client = useQueryClient();
  const bin = useQuery(runsQuery(workspace, { view: "Deleted", limit: SHOWN }));
  const [error, setError] = useState<unknown>(null);
  const [asking, setAsking] = useState<readonly Run[] | null>(null);
  const refresh = () => client.invalidateQueries({ queryKey: keys.runs(workspace) });
  // What went into the bin below another comes and goes with that one.
  const tops = bin.data?.runs.filter((run) => !bin.data.runs.some((other) => other.id === run.parent_id)) ?? [];
  const restore = (run: Run) => {
    setError(null);
    restoreRuns(workspace, [run.id]).then(refresh, setError);
  };
  const purge = async (runs: readonly Run[]) => {
    const count = await purgeRuns(
      workspace,
      runs.map((run) => run.id),
    );
    const freed = await collectGarbage(workspace);
    await refresh();
    showToast(t("bin.purged", { count, size: formatBytes(freed) }));
  };
  return (
    <>
      <PageHeader
        title={t("bin.title")}
        actions={
          tops.length > 0 && (
            <Button tone="danger" icon="bin" onClick={() => setAsking(tops)}>
              {t("bin.empty")}
            </Button>
          )
        }
      />
      <InlineError error={error} />
      {bin.isError && !bin.data ? (
        <ErrorState error={bin.error} onRetry={() => void bin.refetch()} />
      ) : !bin.data ? (
        <Skeleton lines={5} />
      ) : tops.length === 0 ? (
        <EmptyState
          icon="bin"
          title={t("bin.none.title")}
          actions={
            <Link to="/runs" className={buttonClass("primary")}>
              {t("runs.title")}
            </Link>
          }
        >
          {t("bin.none.body")}
        </EmptyState>
      ) : (
        <div className={tableStyles.box}>
          <table className={tableStyles.table}>
            <caption className="visually-hidden">{t("bin.title")}</caption>
            <thead>
              <tr>
                <th scope="col">{t("column.name")}</th>
                <th scope="col">{t("column.experiment")}</th>
                <th scope="col">{t("column.status")}</th>
                <th scope="col">{t("bin.deleted")}</th>
                <th scope="col">{t("bin.by")}</th>
                <th scope="col">
                  <span className="visually-hidden">{t("views.actions")}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {tops.map((run) => (
                <tr key={run.id}>
                  <th scope="row">{run.display_name}</th>
                  <td>{run.experiment}</td>
                  <td>{t(`status.${run.status}`)}</td>
                  <td>{run.deleted_at ? <RelativeTime at={run.deleted_at} /> : "–"}</td>
                  <td>{run.deleted_by ?? "–"}</td>
                  <td>
                    <Button icon="refresh" aria-label={t("bin.restoreOne", { name: run.display_name })} onClick={() => restore(run)}>
                      {t("bin.restore")}
                    </Button>{" "}
                    <Button tone="danger" aria-label={t("bin.purgeOne", { name: run.display_name })} onClick={() => setAsking([run])}>
                      {t("bin.purge")}
                    </Button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {asking !== null && (
        <Suspense fallback={null}>
          <ConfirmDialog title={t("bin.purge.title", { count: asking.length })} confirmLabel={t("bin.purge.confirm", { count: asking.length })} keepLabel={t("action.cancel")} onConfirm={() => purge(asking)} onClose={() => setAsking(null)}>
            {t("bin.purge.body")}
          </ConfirmDialog>
        </Suspense>
      )}
    </>
  );
}
