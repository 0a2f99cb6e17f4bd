import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { keys } from "../../client/keys";
import { type Run, type RunChange, updateRun } from "../../client/run";
import { useWorkspace } from "../../client/workspace";
import { Button } from "../../components/Button";
import fieldStyles from "../../components/fields.module.css";
import { Icon } from "../../components/Icon";
import { Panel } from "../../components/Panel";
import { InlineError } from "../../components/states";
import { TagChip } from "../../components/TagList";
import { t } from "../../text/text";
import styles from "./RunPage.module.css";
import { parseTag } from "../tag-text";

/** Saves a change of a run and shows the run as the server then has it. */
export function useUpdateRun(run: Run) {
  const workspace = useWorkspace();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (change: RunChange) => updateRun(workspace, run.id, change),
    onSuccess: (updated) => client.setQueryData(keys.run(workspace, run.id), updated),
  });
}

export function TagEditor({ run }: { run: Run }) {
  const [typed, setTyped] = useState("");
  const update = useUpdateRun(run);
  const tag = parseTag(typed);
  const add = (event: FormEvent) => {
    event.preventDefault();
    if (tag === null) return;
    update.mutate({ set_tags: { [tag[0]]: tag[1] } }, { onSuccess: () => setTyped("") });
  };
  return (
    <Panel title={t("column.tags")}>
      <div className={styles.tags}>
        {Object.entries(run.tags ?? {}).map(([key, value]) => (
          <TagChip key={key} name={key} value={value}>
            <button type="button" data-remove aria-label={t("tags.remove", { key })} disabled={update.isPending} onClick={() => update.mutate({ remove_tags: [key] })}>
              <Icon name="close" size={12} />
            </button>
          </TagChip>
        ))}
        <form className={styles.tagForm} onSubmit={add}>
          <input
            className={fieldStyles.input}
            data-shortcut="t"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            aria-label={t("tags.add")}
            placeholder={t("tags.placeholder")}
          />
          <Button type="submit" icon="plus" disabled={tag === null || update.isPending}>
            {t("action.add")}
          </Button>
        </form>
      </div>
      <InlineError error={update.error} />
    </Panel>
  );
}
