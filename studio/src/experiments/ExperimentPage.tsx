import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useEffect } from "react";
import { experimentQuery } from "../client/experiment";
import { viewQuery } from "../client/view";
import { useWorkspace } from "../client/workspace";
import { FirstRun } from "../components/FirstRun";
import { RunTable } from "../runs/list/RunTable";
import { decodeRunView, encodeRunView, RUN_VIEW_KEYS } from "../runs/list/run-view";
import { searchOf } from "../runs/views/saved-view";
import { ViewButton } from "../runs/views/ViewButton";
import { t } from "../text/text";
import { ExperimentFrame } from "./ExperimentFrame";

/** The runs of an experiment. Without anything in the address, its default view is shown. */
export function ExperimentPage() {
  const search = useSearch({ strict: false });
  const navigate = useNavigate();
  const name = useParams({ strict: false }).name ?? "";
  const view = decodeRunView(search);
  useDefaultView(name, RUN_VIEW_KEYS.every((key) => search[key] === undefined));
  return (
    <ExperimentFrame tab="runs" actions={<ViewButton view={view} experiment={name} />}>
      {() => (
        <RunTable
          label={t("experiment.runs", { name })}
          view={view}
          within={{ experiment: name }}
          onView={(next, replace) => void navigate({ to: "/experiments/$name", params: { name }, search: encodeRunView(next), replace })}
          empty={<FirstRun />}
        />
      )}
    </ExperimentFrame>
  );
}

/** Leads to the experiment's default view, when it has one and nothing else was asked for. */
function useDefaultView(name: string, isPlain: boolean): void {
  const workspace = useWorkspace();
  const navigate = useNavigate();
  const experiment = useQuery(experimentQuery(workspace, name));
  const viewId = experiment.data?.default_view_id ?? null;
  // A view that was deleted, or is not shared with the reader, changes nothing: the plain list stays.
  const view = useQuery({ ...viewQuery(workspace, viewId ?? ""), enabled: isPlain && viewId !== null, retry: false });
  useEffect(() => {
    if (isPlain && view.data) void navigate({ to: "/experiments/$name", params: { name }, search: searchOf(view.data), replace: true });
  }, [isPlain, view.data, name, navigate]);
}
