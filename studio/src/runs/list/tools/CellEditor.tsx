import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type KeyboardEvent, useState } from "react";
import { keys } from "../../../client/keys";
import { type ListedRun, type Run, type RunChange, runQuery, updateRun } from "../../../client/run";
import { useWorkspace } from "../../../client/workspace";
import { AnchoredDialog } from "../../../components/AnchoredDialog";
import { Button } from "../../../components/Button";
import fieldStyles from "../../../components/fields.module.css";
import { InlineError, Skeleton } from "../../../components/states";
import { t } from "../../../text/text";
import { parseTag } from "../../tag-text";
import type { EditedCell } from "../row-blank";
import styles from "./panels.module.css";

type Editable = Pick<Run, "id" | "display_name" | "tags" | "description">;

interface CellEditorProps {
  run: Editable;
  cell: EditedCell;
  anchor: Element;
  onClose: () => void;
  /** The list reads the run again. */
  onSaved: () => void;
}

/** Edits a run's name, tags or description where they stand in the list. Of a long description the list has only the beginning. */
export function CellEditor(props: Omit<CellEditorProps, "run"> & { run: ListedRun }) {
  const { run, cell, anchor, onClose } = props;
  const isPart = cell === "description" && run.is_cut;
  const whole = useQuery({ ...runQuery(useWorkspace(), run.id), enabled: isPart });
  if (!isPart || whole.data) return <Editor {...props} run={whole.data ?? run} />;
  return (
    <AnchoredDialog label={t("edit.description")} anchor={anchor} onClose={onClose} roomy>
      {whole.isError ? <InlineError error={whole.error} /> : <Skeleton lines={3} />}
    </AnchoredDialog>
  );
}

function Editor({ run, cell, anchor, onClose, onSaved }: CellEditorProps) {
  const workspace = useWorkspace();
  const client = useQueryClient();
  const [text, setText] = useState(() => textOf(run, cell));
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const save = (event?: FormEvent) => {
    event?.preventDefault();
    setBusy(true);
    updateRun(workspace, run.id, changeOf(run, cell, text)).then(
      (updated) => {
        client.setQueryData(keys.run(workspace, run.id), updated);
        onSaved();
        onClose();
      },
      (reason: unknown) => {
        setError(reason);
        setBusy(false);
      },
    );
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) save();
  };
  const label = t(`edit.${cell}`);
  return (
    <AnchoredDialog label={label} anchor={anchor} onClose={onClose} roomy>
      <form className={styles.wide} onSubmit={save}>
        {cell === "name" ? (
          <input className={fieldStyles.input} aria-label={label} value={text} autoFocus onFocus={(event) => event.target.select()} onChange={(event) => setText(event.target.value)} />
        ) : (
          <textarea className={fieldStyles.textarea} aria-label={label} value={text} autoFocus onChange={(event) => setText(event.target.value)} onKeyDown={onKeyDown} />
        )}
        {cell !== "name" && <p className={styles.hint}>{cell === "tags" ? t("edit.tags.hint") : t("description.hint")}</p>}
        <InlineError error={error} />
        <div className={styles.actions}>
          <Button onClick={onClose}>{t("action.discard")}</Button>
          <Button type="submit" tone="primary" disabled={busy}>
            {t("action.save")}
          </Button>
        </div>
      </form>
    </AnchoredDialog>
  );
}

function textOf(run: Editable, cell: EditedCell): string {
  if (cell === "name") return run.display_name;
  if (cell === "description") return run.description ?? "";
  return Object.entries(run.tags ?? {})
    .map(([key, value]) => (value === null ? key : `${key}=${value}`))
    .join("\n");
}

/** What the text changes. Of tags, only what differs is sent: somebody else may be adding others. */
export function changeOf(run: Pick<Run, "tags">, cell: EditedCell, text: string): RunChange {
  if (cell === "name") return { display_name: text.trim() };
  if (cell === "description") return { description: text };
  const before = run.tags ?? {};
  const after = Object.fromEntries(text.split("\n").flatMap((line) => (parseTag(line) ? [parseTag(line) ?? ["", null]] : [])));
  return {
    set_tags: Object.fromEntries(Object.entries(after).filter(([key, value]) => before[key] !== value)),
    remove_tags: Object.keys(before).filter((key) => !(key in after)),
  };
}
