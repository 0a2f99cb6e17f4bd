import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { ApiError } from "../client/api";
import { type Experiment, experimentQuery } from "../client/experiment";
import { useWorkspace } from "../client/workspace";
import { buttonClass } from "../components/Button";
import { PageHeader } from "../components/PageHeader";
import { EmptyState, ErrorState } from "../components/states";
import { TabLinks } from "../components/TabLinks";
import { TagList } from "../components/TagList";
import { t } from "../text/text";
import { ExperimentActions } from "./ExperimentActions";
import styles from "./ExperimentsPage.module.css";

const PANEL_ID = "experiment-panel";
const TABS = [
  { id: "runs", to: "/experiments/$name" },
  { id: "charts", to: "/experiments/$name/charts" },
  { id: "about", to: "/experiments/$name/about" },
] as const;
export type ExperimentTab = (typeof TABS)[number]["id"];

interface ExperimentFrameProps {
  tab: ExperimentTab;
  /** Stands beside the experiment's own actions. */
  actions?: ReactNode;
  children: (experiment: Experiment | undefined, name: string) => ReactNode;
}

/** The head and the tabs of an experiment's pages. */
export function ExperimentFrame({ tab, actions, children }: ExperimentFrameProps) {
  const name = useParams({ strict: false }).name ?? "";
  const navigate = useNavigate();
  const experiment = useQuery(experimentQuery(useWorkspace(), name));
  const { view } = useSearch({ strict: false });
  // Where the experiment opens with these charts, its list must be asked for in so many words.
  const plainRuns = tab === "charts" && view !== undefined && view === experiment.data?.default_view_id ? { children: "tree" } : {};
  if (experiment.error instanceof ApiError && experiment.error.isNotFound) return <NoSuchExperiment name={name} />;
  if (experiment.isError && !experiment.data) return <ErrorState error={experiment.error} onRetry={() => void experiment.refetch()} />;
  return (
    <>
      <PageHeader
        title={name}
        breadcrumb={<Link to="/experiments">{t("experiments.title")}</Link>}
        detail={experiment.data && <TagList tags={experiment.data.tags ?? {}} />}
        actions={
          <>
            {actions}
            {experiment.data && <ExperimentActions experiment={experiment.data} leave={() => navigate({ to: "/experiments" })} />}
          </>
        }
      />
      <TabLinks label={t("experiment.tabs")} panelId={PANEL_ID} selected={tab} tabs={TABS.map(({ id, to }) => ({ id, label: t(`experiment.tab.${id}`), to, params: { name }, search: id === "runs" ? plainRuns : {} }))} />
      <div id={PANEL_ID} role="tabpanel" aria-labelledby={`tab-${tab}`} className={styles.panel}>
        {children(experiment.data, name)}
      </div>
    </>
  );
}

function NoSuchExperiment({ name }: { name: string }) {
  return (
    <>
      <PageHeader title={name} breadcrumb={<Link to="/experiments">{t("experiments.title")}</Link>} />
      <EmptyState
        icon="search"
        title={t("experiment.missing.title")}
        actions={
          <Link to="/experiments" className={buttonClass("primary")}>
            {t("experiments.title")}
          </Link>
        }
      >
        {t("experiment.missing.body", { name })}
      </EmptyState>
    </>
  );
}
