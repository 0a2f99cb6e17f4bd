import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { ApiError } from "../client/api";
import { type Experiment, experimentQuery, updateExperiment } from "../client/experiment";
import { keys } from "../client/keys";
import { useWorkspace } from "../client/workspace";
import { Button, buttonClass } from "../components/Button";
import { FirstRun } from "../components/FirstRun";
import { PageHeader } from "../components/PageHeader";
import { EmptyState, ErrorState, InlineError } from "../components/states";
import { TagList } from "../components/TagList";
import { RunTable } from "../runs/list/RunTable";
import { decodeRunView, encodeRunView } from "../runs/list/run-view";
import { t } from "../text/text";
import styles from "./ExperimentsPage.module.css";

export function ExperimentPage() {
  const name = useParams({ strict: false }).name ?? "";
  const search = useSearch({ strict: false });
  const navigate = useNavigate();
  const experiment = useQuery(experimentQuery(useWorkspace(), name));
  if (experiment.error instanceof ApiError && experiment.error.isNotFound) return <NoSuchExperiment name={name} />;
  if (experiment.isError && !experiment.data) return <ErrorState error={experiment.error} onRetry={() => void experiment.refetch()} />;
  return (
    <>
      <PageHeader
        title={name}
        breadcrumb={<Link to="/experiments">{t("experiments.title")}</Link>}
        detail={experiment.data && <TagList tags={experiment.data.tags ?? {}} />}
        actions={experiment.data && <ArchiveButton experiment={experiment.data} />}
      />
      {experiment.data?.description && <p className={styles.about}>{experiment.data.description}</p>}
      <RunTable
        label={t("experiment.runs", { name })}
        view={decodeRunView(search)}
        within={{ experiment: name }}
        onView={(next, replace) => void navigate({ to: "/experiments/$name", params: { name }, search: encodeRunView(next), replace })}
        empty={<FirstRun />}
      />
    </>
  );
}

/** Archiving hides an experiment from lists and can be taken back at any time, so it asks nothing. */
function ArchiveButton({ experiment }: { experiment: Experiment }) {
  const workspace = useWorkspace();
  const client = useQueryClient();
  const archived = Boolean(experiment.archived_at);
  const change = useMutation({
    mutationFn: () => updateExperiment(workspace, experiment.name, { archived: !archived }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.experiments(workspace) }),
  });
  return (
    <>
      <InlineError error={change.error} />
      <Button icon="archive" disabled={change.isPending} onClick={() => change.mutate()}>
        {archived ? t("experiment.reactivate") : t("experiment.archive")}
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
