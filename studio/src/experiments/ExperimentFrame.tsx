import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { ApiError } from "../client/api";
import { type Experiment, experimentQuery, updateExperiment } from "../client/experiment";
import { keys } from "../client/keys";
import { useWorkspace } from "../client/workspace";
import { Button, buttonClass } from "../components/Button";
import { PageHeader } from "../components/PageHeader";
import { EmptyState, ErrorState, InlineError } from "../components/states";
import { TabLinks } from "../components/TabLinks";
import { TagList } from "../components/TagList";
import { t } from "../text/text";
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
  const experiment = useQuery(experimentQuery(useWorkspace(), name));
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
            {experiment.data && <ArchiveButton experiment={experiment.data} />}
          </>
        }
      />
      <TabLinks label={t("experiment.tabs")} panelId={PANEL_ID} selected={tab} tabs={TABS.map(({ id, to }) => ({ id, label: t(`experiment.tab.${id}`), to, params: { name } }))} />
      <div id={PANEL_ID} role="tabpanel" aria-labelledby={`tab-${tab}`} className={styles.panel}>
        {children(experiment.data, name)}
      </div>
    </>
  );
}

/** Archiving hides an experiment from lists and can be taken back at any time, so it asks nothing. */
export function ArchiveButton({ experiment, quiet = false }: { experiment: Experiment; quiet?: boolean }) {
  const workspace = useWorkspace();
  const client = useQueryClient();
  const archived = Boolean(experiment.archived_at);
  const change = useMutation({
    mutationFn: () => updateExperiment(workspace, experiment.name, { archived: !archived }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.experiments(workspace) }),
  });
  const text = archived ? t("experiment.reactivate") : t("experiment.archive");
  return (
    <>
      <InlineError error={change.error} />
      <Button tone={quiet ? "quiet" : "plain"} icon="archive" disabled={change.isPending} aria-label={quiet ? `${text}: ${experiment.name}` : undefined} onClick={() => change.mutate()}>
        {text}
      </Button>
    </>
  );
}

function NoSuchExperiment({ name }: { name: string }) {
  return (
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
  );
}
