import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { experimentsQuery, purgeExperiment, restoreExperiment } from "../../client/experiment";
import { keys } from "../../client/keys";
import { runsQuery } from "../../client/run";
import { collectGarbage, purgeRuns, restoreRuns } from "../../client/run-batch";
import { useWorkspace } from "../../client/workspace";
import { Button, buttonClass } from "../../components/Button";
import { formatBytes } from "../../components/format";
import { Listing } from "../../components/Listing";
import { PageHeader } from "../../components/PageHeader";
import { RelativeTime } from "../../components/RelativeTime";
import { StatusBadge } from "../../components/StatusBadge";
import { EmptyState, InlineError } from "../../components/states";
import tableStyles from "../../components/table.module.css";
import { showToast } from "../../components/toasts";
import { t } from "../../text/text";
import { type BinItem, binItems, deletedAt, deletedBy, nameOf } from "./bin-item";

const ConfirmDialog = lazy(async () => ({ default: (await import("../../components/ConfirmDialog")).ConfirmDialog }));
const SHOWN = 500;

/** The experiments and runs that were deleted: each can be brought back, or removed for good. */
export function BinPage() {
  const workspace = useWorkspace();
  const client = useQueryClient();
  const runs = useQuery(runsQuery(workspace, { view: "Deleted", limit: SHOWN }));
  const experiments = useInfiniteQuery(experimentsQuery(workspace, "Deleted", ""));
  const [error, setError] = useState<unknown>(null);
  const [asking, setAsking] = useState<readonly BinItem[] | null>(null);
  const items = runs.data && experiments.data ? binItems(experiments.data.pages.flatMap((page) => page.experiments), runs.data.runs) : undefined;
  const refresh = () => Promise.all([keys.runs(workspace), keys.experiments(workspace)].map((queryKey) => client.invalidateQueries({ queryKey })));
  const restore = (item: BinItem) => {
    setError(null);
    const done: Promise<unknown> = item.kind === "run" ? restoreRuns(workspace, [item.run.id]) : restoreExperiment(workspace, item.experiment.name);
    done.then(refresh, setError);
  };
  const heads = [
    { label: t("column.name") },
    { label: t("column.experiment"), wide: true },
    { label: t("column.status"), wide: true },
    { label: t("bin.deleted"), wide: true },
    { label: t("bin.by"), wide: true },
    { label: t("views.actions"), hidden: true },
  ];
  return (
    <>
      <PageHeader
        title={t("bin.title")}
        actions={
          items &&
          items.length > 0 && (
            <Button tone="danger" icon="bin" onClick={() => setAsking(items)}>
              {t("bin.empty")}
            </Button>
          )
        }
      />
      <InlineError error={error} />
      <Listing
        label={t("bin.title")}
        heads={heads}
        items={items}
        error={runs.error ?? experiments.error}
        onRetry={() => void Promise.all([runs.refetch(), experiments.refetch()])}
        empty={<EmptyBin />}
        row={(item) => <BinRow key={`${item.kind} ${nameOf(item)} ${item.kind === "run" ? item.run.id : deletedAt(item)}`} item={item} onRestore={() => restore(item)} onPurge={() => setAsking([item])} />}
      />
      {asking !== null && <PurgeDialog items={asking} onPurged={refresh} onClose={() => setAsking(null)} />}
    </>
  );
}

function BinRow({ item, onRestore, onPurge }: { item: BinItem; onRestore: () => void; onPurge: () => void }) {
  const name = nameOf(item);
  const at = deletedAt(item);
  return (
    <tr>
      <th scope="row">{name}</th>
      <td className={tableStyles.wide}>{item.kind === "run" ? item.run.experiment : t("bin.experiment", { count: item.experiment.run_count })}</td>
      <td className={tableStyles.wide}>{item.kind === "run" ? <StatusBadge status={item.run.status} plain /> : "–"}</td>
      <td className={tableStyles.wide}>{at ? <RelativeTime at={at} /> : "–"}</td>
      <td className={tableStyles.wide}>{deletedBy(item) ?? "–"}</td>
      <td className={`${tableStyles.actions} ${tableStyles.stacked}`}>
        <Button icon="refresh" aria-label={t("bin.restoreOne", { name })} onClick={onRestore}>
          {t("bin.restore")}
        </Button>{" "}
        <Button tone="danger" aria-label={t("bin.purgeOne", { name })} onClick={onPurge}>
          {t("bin.purge")}
        </Button>
      </td>
    </tr>
  );
}

function PurgeDialog({ items, onPurged, onClose }: { items: readonly BinItem[]; onPurged: () => Promise<unknown>; onClose: () => void }) {
  const workspace = useWorkspace();
  const runs = items.flatMap((item) => (item.kind === "run" ? [item.run.id] : []));
  const experiments = items.flatMap((item) => (item.kind === "experiment" ? [item.experiment.name] : []));
  const purge = async () => {
    let count = await purgeRuns(workspace, runs);
    for (const name of experiments) count += await purgeExperiment(workspace, name);
    const freed = await collectGarbage(workspace);
    await onPurged();
    showToast(t("bin.purged", { count, size: formatBytes(freed) }));
  };
  const [title, confirm] =
    experiments.length === 0
      ? [t("bin.purge.title", { count: runs.length }), t("bin.purge.confirm", { count: runs.length })]
      : [t("bin.purgeExperiments.title", { count: experiments.length, runs: runs.length }), t("bin.purge")];
  return (
    <Suspense fallback={null}>
      <ConfirmDialog title={title} confirmLabel={confirm} keepLabel={t("action.cancel")} onConfirm={purge} onClose={onClose}>
        {t("bin.purge.body")}
      </ConfirmDialog>
    </Suspense>
  );
}

function EmptyBin() {
  return (
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
  );
}
