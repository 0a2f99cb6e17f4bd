import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type Run, runsQuery } from "../client/run";
import { useWorkspace } from "../client/workspace";
import fieldStyles from "../components/fields.module.css";
import { RelativeTime } from "../components/RelativeTime";
import { CutText } from "../components/CutText";
import { runColour } from "../components/run-colour";
import { ErrorState, Skeleton } from "../components/states";
import { t } from "../text/text";
import styles from "./RunPicker.module.css";

const SHOWN = 8;

/** Finds another run: the newest of the same experiment at first, any that matches once something is typed. */
export function RunPicker({ run, onPick, onlyWithSnapshot = false }: { run: Run; onPick: (other: Run) => void; onlyWithSnapshot?: boolean }) {
  const [typed, setTyped] = useState("");
  const scope = typed === "" ? { experiment: run.experiment } : { text: typed };
  // One more than is shown: the run itself may be among them.
  const found = useQuery({
    ...runsQuery(useWorkspace(), { ...scope, include_children: true, limit: SHOWN + 1, ...(onlyWithSnapshot ? { filter: "has:snapshot" } : {}) }),
    placeholderData: (previous) => previous,
  });
  const others = found.data?.runs.filter((other) => other.id !== run.id).slice(0, SHOWN);
  return (
    <div className={styles.picker}>
      <input className={fieldStyles.input} aria-label={t("picker.search")} placeholder={t("picker.search")} value={typed} autoFocus onChange={(event) => setTyped(event.target.value)} />
      {found.isError && !found.data ? (
        <ErrorState error={found.error} onRetry={() => void found.refetch()} />
      ) : others === undefined ? (
        <Skeleton />
      ) : others.length === 0 ? (
        <p className={styles.none}>{t("picker.none")}</p>
      ) : (
        <ul>
          {others.map((other) => (
            <li key={other.id}>
              <button type="button" className={styles.run} aria-label={other.display_name} onClick={() => onPick(other)}>
                <span className={styles.dot} style={{ background: runColour(other.id) }} />
                <span className={styles.name} title={other.display_name}>
                  <CutText text={other.display_name} />
                </span>
                <span className={styles.when}>
                  <RelativeTime at={other.created_at} />
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
