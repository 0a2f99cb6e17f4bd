import { useMutation, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { type Experiment, updateExperiment } from "../client/experiment";
import { keys } from "../client/keys";
import { useWorkspace } from "../client/workspace";
import { Button } from "../components/Button";
import fieldStyles from "../components/fields.module.css";
import { formatCount, formatInstant } from "../components/format";
import { FactList } from "../components/FactList";
import { Panel } from "../components/Panel";
import { InlineError, Skeleton } from "../components/states";
import { t } from "../text/text";
import { ExperimentFrame } from "./ExperimentFrame";
import styles from "./ExperimentsPage.module.css";

const Markdown = lazy(async () => ({ default: (await import("../components/Markdown")).Markdown }));

/** What an experiment is for. */
export function ExperimentAbout() {
  return (
    <ExperimentFrame tab="about">
      {(experiment) =>
        experiment ? (
          <div className={styles.aboutPage}>
            <Description experiment={experiment} />
            <Panel title={t("run.details")}>
              <FactList
                facts={[
                  [t("column.created"), formatInstant(experiment.created_at)],
                  [t("experiments.runs"), formatCount(experiment.run_count)],
                  [t("experiments.active"), formatCount(experiment.active_run_count)],
                ]}
              />
            </Panel>
          </div>
        ) : (
          <Skeleton lines={4} />
        )
      }
    </ExperimentFrame>
  );
}

function Description({ experiment }: { experiment: Experiment }) {
  const workspace = useWorkspace();
  const client = useQueryClient();
  const [draft, setDraft] = useState<string | null>(null);
  const change = useMutation({
    mutationFn: () => updateExperiment(workspace, experiment.name, { description: draft ?? "" }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keys.experiments(workspace) });
      setDraft(null);
    },
  });
  return (
    <Panel
      title={t("column.description")}
      actions={
        draft === null && (
          <Button tone="quiet" icon="edit" data-shortcut="e" aria-label={t("description.edit")} onClick={() => setDraft(experiment.description ?? "")}>
            {t("action.edit")}
          </Button>
        )
      }
    >
      {draft !== null ? (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            change.mutate();
          }}
        >
          <textarea
            className={fieldStyles.textarea}
            aria-label={t("column.description")}
            autoFocus
            value={draft}
            onChange={(event) => setDraft(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) change.mutate();
              if (event.key === "Escape") setDraft(null);
            }}
          />
          <p className={styles.hint}>{t("description.hint")}</p>
          <InlineError error={change.error} />
          <Button type="submit" tone="primary" disabled={change.isPending}>
            {t("action.save")}
          </Button>{" "}
          <Button onClick={() => setDraft(null)}>{t("action.discard")}</Button>
        </form>
      ) : experiment.description ? (
        <Suspense fallback={<Skeleton lines={2} />}>
          <Markdown source={experiment.description} fileUrl={(path) => path} />
        </Suspense>
      ) : (
        <p className={styles.hint}>{t("experiment.noDescription")}</p>
      )}
    </Panel>
  );
}
