import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useRef } from "react";
import { type SavedView, viewQuery } from "../../client/view";
import { useWorkspace } from "../../client/workspace";
import { PopoverButton } from "../../components/PopoverButton";
import { t } from "../../text/text";
import { basisOf } from "./saved-view";
import type { Viewable } from "./viewable";

const ViewPanel = lazy(async () => ({ default: (await import("./ViewPanel")).ViewPanel }));

/** Which saved view the page began as, and whether it still is that; opens what can be done with views. */
export function ViewButton({ shown }: { shown: Viewable }) {
  const workspace = useWorkspace();
  const saved = useQuery({ ...viewQuery(workspace, shown.saved ?? ""), enabled: shown.saved !== null });
  const record = shown.saved === null ? null : (saved.data ?? null);
  const modified = record !== null && shown.isModified(record);
  const basis = useRef<SavedView | null>(null);
  basis.current = basisOf(basis.current, record, modified);
  const label = record === null ? t("views.button") : modified ? t("views.modified", { name: record.name }) : record.name;
  return (
    <PopoverButton icon="star" label={label} title={t("views.title")} active={record !== null}>
      <Suspense fallback={null}>
        <ViewPanel shown={shown} record={record} basis={basis.current} modified={modified} />
      </Suspense>
    </PopoverButton>
  );
}
