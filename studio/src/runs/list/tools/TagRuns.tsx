import { type FormEvent, useState } from "react";
import { Button } from "../../../components/Button";
import fieldStyles from "../../../components/fields.module.css";
import { t } from "../../../text/text";
import { parseTag } from "../../tag-text";
import styles from "./panels.module.css";

interface TagRunsProps {
  onSet: (key: string, value: string | null) => void;
  onRemove: (key: string) => void;
}

/** A tag for all selected runs. */
export function TagRuns({ onSet, onRemove }: TagRunsProps) {
  const [typed, setTyped] = useState("");
  const tag = parseTag(typed);
  const set = (event: FormEvent) => {
    event.preventDefault();
    if (tag) onSet(tag[0], tag[1]);
  };
  return (
    <form className={styles.panel} onSubmit={set}>
      <input className={fieldStyles.input} autoFocus aria-label={t("tags.add")} placeholder={t("tags.placeholder")} value={typed} onChange={(event) => setTyped(event.target.value)} />
      <p className={styles.hint}>{t("bulk.tag.hint")}</p>
      <div className={styles.actions}>
        <Button disabled={tag === null} onClick={() => tag && onRemove(tag[0])}>
          {t("bulk.tag.remove")}
        </Button>
        <Button type="submit" tone="primary" disabled={tag === null}>
          {t("bulk.tag.add")}
        </Button>
      </div>
    </form>
  );
}
