import { lazy, Suspense, useState } from "react";
import { artifactUrl } from "../../client/artifact";
import type { Run } from "../../client/run";
import { Button } from "../../components/Button";
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
  const update = useUpdateRun(run);
  const save = () => update.mutate({ description: draft ?? "" }, { onSuccess: () => setDraft(null) });
  const edit = () => setDraft(run.description ?? "");
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
        <Suspense fallback={<Skeleton lines={2} />}>
          <Markdown source={run.description} fileUrl={(path) => artifactUrl(run.workspace, run.id, path)} />
        </Suspense>
      ) : (
        <p className={styles.muted}>{t("description.none")}</p>
      )}
    </Panel>
  );
}
