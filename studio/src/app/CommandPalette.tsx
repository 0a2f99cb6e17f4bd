import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type KeyboardEvent, useId, useState } from "react";
import { Dialog } from "react-aria-components/Dialog";
import { Modal, ModalOverlay } from "react-aria-components/Modal";
import { experimentsQuery } from "../client/experiment";
import { runsQuery } from "../client/run";
import { useWorkspace } from "../client/workspace";
import dialogStyles from "../components/dialog.module.css";
import { setTheme } from "../components/theme";
import { t } from "../text/text";
import styles from "./CommandPalette.module.css";
import { type Command, matchingCommands } from "./palette";

const FOUND = 6;

/** Leads anywhere by typing: pages, experiments, runs and what the Studio can do. */
export function CommandPalette({ onClose, onShortcuts }: { onClose: () => void; onShortcuts: () => void }) {
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const listId = useId();
  const commands = [...matchingCommands(useFixedCommands(onShortcuts), typed), ...useFound(typed)];
  const chosen = Math.min(at, commands.length - 1);
  const act = (command: Command | undefined) => {
    if (!command) return;
    onClose();
    command.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) setAt((chosen + step + commands.length) % Math.max(1, commands.length));
    else if (event.key === "Enter") act(commands[chosen]);
    else return;
    event.preventDefault();
  };
  return (
    <ModalOverlay isOpen onOpenChange={(open) => !open && onClose()} isDismissable className={`${dialogStyles.overlay} ${styles.overlay}`}>
      <Modal className={`${dialogStyles.modal} ${dialogStyles.wide}`}>
        <Dialog aria-label={t("palette.title")} className={styles.dialog ?? ""}>
          <input
            className={styles.input}
            role="combobox"
            aria-label={t("palette.placeholder")}
            aria-expanded="true"
            aria-controls={listId}
            aria-activedescendant={chosen >= 0 ? `${listId}-${chosen}` : undefined}
            placeholder={t("palette.placeholder")}
            value={typed}
            autoFocus
            spellCheck={false}
            onChange={(event) => {
              setTyped(event.target.value);
              setAt(0);
            }}
            onKeyDown={onKeyDown}
          />
          <ul id={listId} role="listbox" aria-label={t("palette.title")} className={styles.list}>
            {commands.map((command, index) => (
              <li
                key={command.id}
                id={`${listId}-${index}`}
                role="option"
                aria-selected={index === chosen}
                ref={(element) => {
                  if (index === chosen) element?.scrollIntoView({ block: "nearest" });
                }}
                onClick={() => act(command)}
              >
                <span>{command.label}</span>
                <span className={styles.hint}>{command.hint}</span>
              </li>
            ))}
          </ul>
          {commands.length === 0 && (
            <p className={styles.none} role="status">
              {t("palette.none")}
            </p>
          )}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

function useFixedCommands(onShortcuts: () => void): Command[] {
  const navigate = useNavigate();
  const page = t("palette.page");
  const action = t("palette.action");
  return [
    { id: "home", label: t("nav.home"), hint: page, run: () => void navigate({ to: "/" }) },
    { id: "runs", label: t("nav.runs"), hint: page, run: () => void navigate({ to: "/runs" }) },
    { id: "experiments", label: t("nav.experiments"), hint: page, run: () => void navigate({ to: "/experiments" }) },
    { id: "views", label: t("nav.views"), hint: page, run: () => void navigate({ to: "/views" }) },
    { id: "compute", label: t("nav.compute"), hint: page, run: () => void navigate({ to: "/compute" }) },
    { id: "environments", label: t("nav.environments"), hint: page, run: () => void navigate({ to: "/environments" }) },
    { id: "bin", label: t("nav.bin"), hint: page, run: () => void navigate({ to: "/bin" }) },
    { id: "settings", label: t("settings.title"), hint: page, run: () => void navigate({ to: "/settings" }) },
    { id: "dark", label: t("palette.dark"), hint: action, run: () => setTheme("dark") },
    { id: "light", label: t("palette.light"), hint: action, run: () => setTheme("light") },
    { id: "system", label: t("palette.system"), hint: action, run: () => setTheme("system") },
    { id: "shortcuts", label: t("shortcut.title"), hint: action, run: onShortcuts },
  ];
}

/** Runs and experiments that match what was typed; with nothing typed the newest runs. */
function useFound(typed: string): Command[] {
  const workspace = useWorkspace();
  const navigate = useNavigate();
  const text = typed.trim();
  const experiments = useInfiniteQuery({ ...experimentsQuery(workspace, "ActiveOnly", text), enabled: text !== "" });
  const runs = useQuery({ ...runsQuery(workspace, { ...(text === "" ? {} : { text }), include_children: text !== "", limit: FOUND }), placeholderData: (previous) => previous });
  const found = text === "" ? [] : (experiments.data?.pages[0]?.experiments.slice(0, FOUND) ?? []);
  return [
    ...found.map((each): Command => ({ id: `experiment ${each.name}`, label: each.name, hint: t("column.experiment"), run: () => void navigate({ to: "/experiments/$name", params: { name: each.name } }) })),
    ...(runs.data?.runs ?? []).map(
      (run): Command => ({ id: `run ${run.id}`, label: run.display_name, hint: t("palette.run", { experiment: run.experiment }), run: () => void navigate({ to: "/runs/$runId/overview", params: { runId: run.id } }) }),
    ),
  ];
}
