import { useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { useWorkspace } from "../../client/workspace";
import { copyText } from "../../components/clipboard";
import { showFailure, showToast } from "../../components/toasts";
import { t } from "../../text/text";
import type { EditedCell } from "./row-blank";
import { archiveRuns, binRuns, stopRuns } from "./run-actions";
import type { RunRow } from "./run-row";
import type { RowCommand } from "./tools/RowMenu";

const CellEditor = lazy(async () => ({ default: (await import("./tools/CellEditor")).CellEditor }));
const RowMenu = lazy(async () => ({ default: (await import("./tools/RowMenu")).RowMenu }));
const ConfirmDialog = lazy(async () => ({ default: (await import("../../components/ConfirmDialog")).ConfirmDialog }));

/** What is open over the list: the editor of a cell, the menu of a row, or a question. */
export type OpenTool = { type: "edit"; row: RunRow; cell: EditedCell; anchor: Element } | { type: "menu"; row: RunRow; anchor: Element } | null;

interface RowToolsProps {
  tool: OpenTool;
  onTool: (tool: OpenTool) => void;
  /** The list reads its rows again. */
  onChanged: () => void;
}

export function RowTools({ tool, onTool, onChanged }: RowToolsProps) {
  const workspace = useWorkspace();
  const navigate = useNavigate();
  const [asking, setAsking] = useState<{ command: "cancel" | "delete"; row: RunRow } | null>(null);
  const close = () => onTool(null);
  const attempt = (work: Promise<unknown>) => void work.then(onChanged, (error: unknown) => showFailure(error instanceof Error ? error.message : String(error)));
  const command = (name: RowCommand, row: RunRow, anchor: Element) => {
    const { run } = row;
    const link = `${window.location.origin}/runs/${encodeURIComponent(run.id)}/overview`;
    const copy = (text: string) => attempt(copyText(text).then(() => showToast(t("menu.copied"))));
    const edit = (cell: EditedCell) => onTool({ type: "edit", row, cell, anchor });
    const commands: Readonly<Record<RowCommand, () => void>> = {
      open: () => void navigate({ to: "/runs/$runId/overview", params: { runId: run.id } }),
      openTab: () => void window.open(link, "_blank", "noopener"),
      copyId: () => copy(run.id),
      copyLink: () => copy(link),
      rename: () => edit("name"),
      tags: () => edit("tags"),
      description: () => edit("description"),
      archive: () => attempt(archiveRuns(workspace, [run.id], true)),
      reactivate: () => attempt(archiveRuns(workspace, [run.id], false)),
      cancel: () => setAsking({ command: "cancel", row }),
      delete: () => setAsking({ command: "delete", row }),
    };
    onTool(null);
    commands[name]();
  };
  return (
    <Suspense fallback={null}>
      {tool?.type === "edit" && <CellEditor key={`${tool.row.run.id} ${tool.cell}`} run={tool.row.run} cell={tool.cell} anchor={tool.anchor} onClose={close} onSaved={onChanged} />}
      {tool?.type === "menu" && <RowMenu run={tool.row.run} anchor={tool.anchor} onCommand={(name) => command(name, tool.row, tool.anchor)} onClose={close} />}
      {asking?.command === "cancel" && (
        <ConfirmDialog title={t("run.cancel.title", { count: 1 })} confirmLabel={t("run.cancel.confirm", { count: 1 })} onConfirm={() => stopRuns(workspace, [asking.row.run.id])} onClose={() => setAsking(null)}>
          {t("run.cancel.bodyOne", { name: asking.row.run.display_name })}
        </ConfirmDialog>
      )}
      {asking?.command === "delete" && (
        <ConfirmDialog
          title={t("bulk.delete.title", { count: 1 })}
          confirmLabel={t("bulk.delete.confirm", { count: 1 })}
          keepLabel={t("action.cancel")}
          onConfirm={() => binRuns(workspace, [asking.row.run.id]).then(onChanged)}
          onClose={() => setAsking(null)}
        >
          {t("bulk.delete.body")}
        </ConfirmDialog>
      )}
    </Suspense>
  );
}
