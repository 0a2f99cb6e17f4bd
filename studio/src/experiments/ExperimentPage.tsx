import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { FirstRun } from "../components/FirstRun";
import { RunTable } from "../runs/list/RunTable";
import { decodeRunView, encodeRunView, RUN_VIEW_KEYS } from "../runs/list/run-view";
import { ViewButton } from "../runs/views/ViewButton";
import { viewableList } from "../runs/views/viewable";
import { t } from "../text/text";
import { ExperimentFrame } from "./ExperimentFrame";
import { useDefaultView } from "./useDefaultView";

/** The runs of an experiment. Without anything in the address, its default view is shown. */
export function ExperimentPage() {
  const search = useSearch({ strict: false });
  const navigate = useNavigate();
  const name = useParams({ strict: false }).name ?? "";
  const view = decodeRunView(search);
  useDefaultView(name, RUN_VIEW_KEYS.every((key) => search[key] === undefined));
  return (
    <ExperimentFrame tab="runs" actions={<ViewButton shown={viewableList(view, name)} />}>
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
