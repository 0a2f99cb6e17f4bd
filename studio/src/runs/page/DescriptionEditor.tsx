import { lazy, Suspense, useState } from "react";
import { artifactUrl, encodePath } from "../../client/artifact";
import type { Run } from "../../client/run";
import { Button } from "../../components/Button";
import { Segments } from "../../components/fields";
import fieldStyles from "../../components/fields.module.css";
import { Panel } from "../../components/Panel";
import { InlineError, Skeleton } from "../../components/states";
import { t } from "../../text/text";
import styles from "./RunPage.module.css";
import { useUpdateRun } from "./TagEditor";

const Markdown = lazy(async () => ({ default: (await import("../../components/Markdown")).Markdown }));

/** The run's description: Markdown, shown and edited in place. */
export function DescriptionEditor({ run }: { run: Run }) {
  const [draft, setDraft] = useState<string | null>(null);
  const [mode, setMode] = useState<"write" | "preview">("write");
  const update = useUpdateRun(run);
  const save = () => update.mutate({ description: draft ?? "" }, { onSuccess: () => setDraft(null) });
  const edit = () => {
    setMode("write");
    setDraft(run.description ?? "");
  };
  return (
    <Panel
      title={t("column.description")}
      actions={
        draft === null && (
          <Button tone="quiet" icon="edit" data-shortcut="e" aria-label={t("description.edit")} onClick={edit}>
            {t("action.edit")}
          </Button>
        )
      }
    >
      {draft !== null ? (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            save();
          }}
        >
          <div className={styles.modes}>
            <Segments
              label={t("description.mode")}
              choices={[
                ["write", t("description.write")],
                ["preview", t("description.preview")],
              ]}
              value={mode}
              onChange={setMode}
            />
          </div>
          {mode === "preview" ? (
            <div className={styles.preview}>{draft === "" ? <p className={styles.muted}>{t("description.nothing")}</p> : <Shown run={run} source={draft} />}</div>
          ) : (
            <textarea
              className={fieldStyles.textarea}
              aria-label={t("column.description")}
              autoFocus
              value={draft}
              onChange={(event) => setDraft(event.target.value)}
              onKeyDown={(event) => {
                if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) save();
                if (event.key === "Escape") setDraft(null);
              }}
            />
          )}
          <div className={styles.formActions}>
            <Button type="submit" tone="primary" disabled={update.isPending}>
              {t("action.save")}
            </Button>
            <Button onClick={() => setDraft(null)}>{t("action.discard")}</Button>
            <span className={styles.muted}>{t("description.hint")}</span>
          </div>
          <InlineError error={update.error} />
        </form>
      ) : run.description ? (
        <Shown run={run} source={run.description} />
      ) : (
        <p className={styles.muted}>{t("description.none")}</p>
      )}
    </Panel>
  );
}

/** Images and links without a host are files of the run. */
function Shown({ run, source }: { run: Run; source: string }) {
  return (
    <Suspense fallback={<Skeleton lines={2} />}>
      <Markdown source={source} fileUrl={(path) => artifactUrl(run.workspace, run.id, path)} fileLink={(path) => `/runs/${run.id}/outputs/${encodePath(path)}`} />
    </Suspense>
  );
}
