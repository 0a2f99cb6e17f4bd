import { useNavigate, useSearch } from "@tanstack/react-router";
import { FirstRun } from "../../components/FirstRun";
import { PageHeader } from "../../components/PageHeader";
import { t } from "../../text/text";
import { ViewButton } from "../views/ViewButton";
import { viewableList } from "../views/viewable";
import { RunTable } from "./RunTable";
import { decodeRunView, encodeRunView } from "./run-view";

export function RunsPage() {
  const search = useSearch({ strict: false });
  const navigate = useNavigate();
  const view = decodeRunView(search);
  return (
    <>
      <PageHeader title={t("runs.title")} actions={<ViewButton shown={viewableList(view, null)} />} />
      <RunTable
        label={t("runs.title")}
        view={view}
        onView={(next, replace) => void navigate({ to: "/runs", search: encodeRunView(next), replace })}
        empty={<FirstRun />}
      />
    </>
  );
}
