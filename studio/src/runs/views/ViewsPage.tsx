import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { keys } from "../../client/keys";
import { sessionQuery } from "../../client/session";
import { deleteView, type SavedView, viewsQuery } from "../../client/view";
import { useWorkspace } from "../../client/workspace";
import { buttonClass, IconButton } from "../../components/Button";
import { Listing } from "../../components/Listing";
import { PageHeader } from "../../components/PageHeader";
import { RelativeTime } from "../../components/RelativeTime";
import { EmptyState } from "../../components/states";
import tableStyles from "../../components/table.module.css";
import { t } from "../../text/text";
import { pinView, usePinnedViews } from "./pinned-views";
import { placeName } from "./view-place";

const ConfirmDialog = lazy(async () => ({ default: (await import("../../components/ConfirmDialog")).ConfirmDialog }));

/** The reader's own views and those that others share. */
export function ViewsPage() {
  const views = useQuery(viewsQuery(useWorkspace()));
  const heads = [
    { label: t("column.name") },
    { label: t("column.experiment") },
    { label: t("views.query"), wide: true },
    { label: t("views.owner"), wide: true },
    { label: t("views.sharing"), wide: true },
    { label: t("views.changed"), wide: true },
    { label: t("views.actions"), hidden: true },
  ];
  return (
    <>
      <PageHeader title={t("views.title")} />
      <Listing label={t("views.title")} heads={heads} items={views.data} error={views.error} onRetry={() => void views.refetch()} empty={<NoViews />} row={(view) => <ViewRow key={view.id} view={view} />} />
    </>
  );
}

function NoViews() {
  return (
    <EmptyState
      icon="star"
      title={t("views.none.title")}
      actions={
        <Link to="/runs" className={buttonClass("primary")}>
          {t("runs.title")}
        </Link>
      }
    >
      {t("views.none.body")}
    </EmptyState>
  );
}

function ViewRow({ view }: { view: SavedView }) {
  const user = useQuery(sessionQuery()).data?.user;
  const isPinned = usePinnedViews(view.workspace).includes(view.id);
  return (
    <tr>
      <th scope="row">
        <Link to="/v/$viewId" params={{ viewId: view.id }} className={tableStyles.name}>
          {view.name}
        </Link>
      </th>
      <td>{placeName(view)}</td>
      <td className={tableStyles.wide}>{view.filter ? <code>{view.filter}</code> : "–"}</td>
      <td className={tableStyles.wide}>{view.owner}</td>
      <td className={tableStyles.wide}>{t(`views.sharing.${view.sharing}`)}</td>
      <td className={tableStyles.wide}>
        <RelativeTime at={view.updated_at} />
      </td>
      <td className={tableStyles.actions}>
        <IconButton icon="star" aria-pressed={isPinned} label={t("views.pin", { name: view.name })} onClick={() => pinView(view.workspace, view.id, !isPinned)} />
        {view.owner === user && <DeleteView view={view} />}
      </td>
    </tr>
  );
}

function DeleteView({ view }: { view: SavedView }) {
  const workspace = useWorkspace();
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const remove = () => deleteView(workspace, view).then(() => client.invalidateQueries({ queryKey: keys.views(workspace) }));
  return (
    <>
      <IconButton icon="bin" label={t("views.delete", { name: view.name })} onClick={() => setAsking(true)} />
      {asking && (
        <Suspense fallback={null}>
          <ConfirmDialog title={t("views.delete.title", { name: view.name })} confirmLabel={t("views.delete.confirm")} keepLabel={t("action.cancel")} onConfirm={remove} onClose={() => setAsking(false)}>
            {t("views.delete.body")}
          </ConfirmDialog>
        </Suspense>
      )}
    </>
  );
}
