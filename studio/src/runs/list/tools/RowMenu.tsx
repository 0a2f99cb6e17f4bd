import type { KeyboardEvent } from "react";
import { hasEnded, isCancellable, type ListedRun } from "../../../client/run";
import { AnchoredDialog } from "../../../components/AnchoredDialog";
import { t } from "../../../text/text";
import styles from "./menu.module.css";

export type RowCommand = "open" | "openTab" | "copyId" | "copyLink" | "rename" | "tags" | "description" | "cancel" | "archive" | "reactivate" | "delete";

interface RowMenuProps {
  run: ListedRun;
  anchor: Element;
  onCommand: (command: RowCommand) => void;
  onClose: () => void;
}

/** What can be done with the run of a row. What is not possible now is left out. */
export function RowMenu({ run, anchor, onCommand, onClose }: RowMenuProps) {
  const label = t("menu.title", { name: run.display_name });
  const commands: RowCommand[] = ["open", "openTab", "copyId", "copyLink", "rename", "tags", "description"];
  if (isCancellable(run)) commands.push("cancel");
  commands.push(run.archived_at ? "reactivate" : "archive");
  if (hasEnded(run)) commands.push("delete");
  return (
    <AnchoredDialog label={label} anchor={anchor} onClose={onClose} className={styles.frame}>
      <div role="menu" aria-label={label} className={styles.menu} onKeyDown={moveFocus}>
        {commands.map((command, index) => (
          <button key={command} type="button" role="menuitem" tabIndex={-1} autoFocus={index === 0} className={`${styles.item} ${command === "delete" || command === "cancel" ? styles.danger : ""}`} onClick={() => onCommand(command)}>
            {t(`menu.${command}`)}
          </button>
        ))}
      </div>
    </AnchoredDialog>
  );
}

/** The arrows move in the menu and go round; Home and End lead to its ends. */
function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>("[role=menuitem]")];
  const at = items.findIndex((item) => item === document.activeElement);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  items[(next + items.length) % items.length]?.focus();
}
