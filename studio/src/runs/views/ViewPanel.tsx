import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { ApiError } from "../../client/api";
import { keys } from "../../client/keys";
import { sessionQuery } from "../../client/session";
import { sharedPath } from "../../client/state";
import { createView, type SavedView, updateView, VIEW_SHARINGS, viewQuery, type ViewSharing, viewsQuery } from "../../client/view";
import { useWorkspace } from "../../client/workspace";
import { Button } from "../../components/Button";
import { copyText } from "../../components/clipboard";
import { Select } from "../../components/fields";
import fieldStyles from "../../components/fields.module.css";
import { InlineError, Skeleton } from "../../components/states";
import { showFailure, showToast } from "../../components/toasts";
import { t } from "../../text/text";
import panelStyles from "../list/tools/panels.module.css";
import { DefaultViewButton } from "./DefaultViewButton";
import { experimentOf } from "./saved-view";
import { useOpenView } from "./view-place";
import type { Viewable } from "./viewable";

interface ViewPanelProps {
  shown: Viewable;
  record: SavedView | null;
  /** What the page's changes were made to. */
  basis: SavedView | null;
  modified: boolean;
}

/** Saves what the page shows as a view, and leads to the other views. */
export function ViewPanel({ shown: { content, experiment }, record, basis, modified }: ViewPanelProps) {
  const workspace = useWorkspace();
  const client = useQueryClient();
  const open = useOpenView();
  const session = useQuery(sessionQuery());
  const views = useQuery(viewsQuery(workspace));
  const [error, setError] = useState<unknown>(null);
  const done = (saved: SavedView) => {
    client.setQueryData(viewQuery(workspace, saved.id).queryKey, saved);
    void client.invalidateQueries({ queryKey: keys.views(workspace) });
    open(saved);
    showToast(t("views.saved", { name: saved.name }));
  };
  const attempt = (work: Promise<SavedView>) => {
    setError(null);
    work.then(done, (reason: unknown) => {
      setError(reason);
      // What the view is shared for has changed since it was read.
      if (reason instanceof ApiError && reason.isForbidden) void client.invalidateQueries({ queryKey: keys.views(workspace) });
    });
  };
  const mayChange = record !== null && (record.sharing === "edit" || record.owner === session.data?.user);
  const conflict = conflictOf(error);
  /** The view was shared otherwise when it was read. */
  const isRefused = error instanceof ApiError && error.isForbidden;
  return (
    <div className={panelStyles.panel}>
      {record !== null && !mayChange && session.data && <p className={panelStyles.hint}>{`${t("views.lookOnly", { owner: record.owner })} ${modified && !isRefused ? t("views.lookOnly.save") : ""}`}</p>}
      {record !== null && modified && (
        <div className={panelStyles.figures}>
          {mayChange && !isRefused ? (
            <Button tone="primary" onClick={() => attempt(updateView(workspace, basis ?? record, content))}>
              {t("action.save")}
            </Button>
          ) : (
            <Button tone="primary" onClick={() => attempt(createView(workspace, t("views.mineName", { name: record.name }), "private", content))}>
              {t("views.saveMine")}
            </Button>
          )}
          <Button onClick={() => open(record)}>{t("views.reset")}</Button>
        </div>
      )}
      {conflict && record ? (
        <ConflictChoice theirs={conflict} onMine={() => attempt(updateView(workspace, conflict, content))} onTheirs={() => done(conflict)} />
      ) : (
        <InlineError error={isRefused ? new Error(t("views.refused")) : error} />
      )}
      {record !== null && mayChange && record.owner === session.data?.user && (
        <Select label={t("views.sharing")} choices={sharingChoices()} value={record.sharing} onChange={(sharing) => attempt(updateView(workspace, record, { sharing }))} />
      )}
      {record !== null && <ShareLink view={record} />}
      <ShareList />
      {record !== null && experiment !== null && <DefaultViewButton experiment={experiment} view={record} />}
      <SaveAs onSave={(name, sharing) => attempt(createView(workspace, name, sharing, content))} />
      <section>
        <h3>{t("views.open")}</h3>
        {views.data ? (
          <ul className={panelStyles.views}>
            {views.data.length === 0 && <li className={panelStyles.hint}>{t("views.none.title")}</li>}
            {views.data.map((each) => (
              <li key={each.id}>
                <Link to="/v/$viewId" params={{ viewId: each.id }} aria-current={each.id === record?.id}>
                  {each.name}
                </Link>
                {experimentOf(each) && <span className={panelStyles.hint}>{experimentOf(each)}</span>}
              </li>
            ))}
          </ul>
        ) : views.isError ? (
          <InlineError error={views.error} />
        ) : (
          <Skeleton lines={2} />
        )}
        <Link to="/views">{t("views.all")}</Link>
      </section>
    </div>
  );
}

function sharingChoices(): (readonly [ViewSharing, string])[] {
  return VIEW_SHARINGS.map((sharing) => [sharing, t(`views.sharing.${sharing}`)] as const);
}

function SaveAs({ onSave }: { onSave: (name: string, sharing: ViewSharing) => void }) {
  const [name, setName] = useState("");
  const [sharing, setSharing] = useState<ViewSharing>("private");
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() !== "") onSave(name.trim(), sharing);
  };
  return (
    <form onSubmit={save}>
      <h3>{t("views.saveAs")}</h3>
      <div className={panelStyles.form}>
        <input className={fieldStyles.input} data-autofocus aria-label={t("views.name")} placeholder={t("views.name")} value={name} onChange={(event) => setName(event.target.value)} />
        <Select label={t("views.newSharing")} choices={sharingChoices()} value={sharing} onChange={setSharing} />
        <Button type="submit" disabled={name.trim() === ""}>
          {t("views.saveNew")}
        </Button>
      </div>
    </form>
  );
}

function ShareLink({ view }: { view: SavedView }) {
  const copy = () => void copyText(`${window.location.origin}/v/${view.id}${window.location.search.includes("workspace=") ? `?workspace=${encodeURIComponent(view.workspace)}` : ""}`).then(() => showToast(t("views.linkCopied")), (error: unknown) => showFailure(error instanceof Error ? error.message : String(error)));
  return (
    <Button icon="link" onClick={copy}>
      {t("views.copyLink")}
    </Button>
  );
}

/** A link to what is shown, saved or not. A long one is made short by the server. */
function ShareList() {
  const workspace = useWorkspace();
  const copy = async () => {
    const { pathname, search } = window.location;
    await copyText(window.location.origin + (await sharedPath(workspace, pathname + search)));
    showToast(t("views.linkCopied"));
  };
  return (
    <Button icon="link" onClick={() => void copy().catch((error: unknown) => showFailure(error instanceof Error ? error.message : String(error)))}>
      {t("views.copyList")}
    </Button>
  );
}

/** What the view is now, when somebody else saved it meanwhile. */
function conflictOf(error: unknown): SavedView | null {
  if (!(error instanceof ApiError) || !error.isConflict) return null;
  const { view } = error.details;
  return isView(view) ? view : null;
}

function isView(value: unknown): value is SavedView {
  return typeof value === "object" && value !== null && "id" in value && "version" in value && "updated_by" in value;
}

function ConflictChoice({ theirs, onMine, onTheirs }: { theirs: SavedView; onMine: () => void; onTheirs: () => void }) {
  return (
    <div role="alert" className={panelStyles.conflict}>
      <p>{t("views.conflict", { user: theirs.updated_by })}</p>
      <div className={panelStyles.figures}>
        <Button tone="primary" onClick={onMine}>
          {t("views.conflict.mine")}
        </Button>
        <Button onClick={onTheirs}>{t("views.conflict.theirs")}</Button>
      </div>
    </div>
  );
}
