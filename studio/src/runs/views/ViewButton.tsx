import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { viewQuery } from "../../client/view";
import { useWorkspace } from "../../client/workspace";
import { LazyPopoverButton } from "../../components/LazyPopoverButton";
import { t } from "../../text/text";
import type { RunView } from "../list/run-view";
import { isModified } from "./saved-view";

const ViewPanel = lazy(async () => ({ default: (await import("./ViewPanel")).ViewPanel }));

/** Which saved view the list began as, and whether it still is that; opens what can be done with views. */
export function ViewButton({ view, experiment }: { view: RunView; experiment: string | null }) {
  const workspace = useWorkspace();
  const saved = useQuery({ ...viewQuery(workspace, view.saved ?? ""), enabled: view.saved !== null });
  const record = view.saved === null ? null : (saved.data ?? null);
  const modified = record !== null && isModified(view, record);
  const label = record === null ? t("views.button") : modified ? t("views.modified", { name: record.name }) : record.name;
  return (
    <LazyPopoverButton icon="star" label={label} title={t("views.title")} active={record !== null}>
      <Suspense fallback={null}>
        <ViewPanel view={view} experiment={experiment} record={record} modified={modified} />
      </Suspense>
    </LazyPopoverButton>
  );
}
