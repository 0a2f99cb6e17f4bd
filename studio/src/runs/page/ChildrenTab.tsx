import { useNavigate, useSearch } from "@tanstack/react-router";
import { EmptyState } from "../../components/states";
import { t } from "../../text/text";
import { RunTable } from "../list/RunTable";
import { decodeRunView, encodeRunView } from "../list/run-view";
import { useRun, useRunId } from "./useRun";

/** The children of a run; with "child runs too" its descendants of any depth. */
export function ChildrenTab() {
  const runId = useRunId();
  const { data: run } = useRun();
  const search = useSearch({ strict: false });
  const navigate = useNavigate();
  const view = decodeRunView(search);
  return (
    <RunTable
      label={t("run.tab.children")}
      view={view}
      within={view.children === "all" ? { ancestor_id: runId } : { parent_id: runId }}
      above={run?.display_name}
      onView={(next, replace) => void navigate({ to: "/runs/$runId/children", params: { runId }, search: encodeRunView(next), replace })}
      empty={<EmptyState icon="runs" title={t("children.none.title")}>{t("children.none.body")}</EmptyState>}
    />
  );
}
