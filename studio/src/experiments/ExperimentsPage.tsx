import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { activityQuery, type Experiment, type ExperimentView, experimentsQuery } from "../client/experiment";
import { useWorkspace } from "../client/workspace";
import { Button } from "../components/Button";
import { DayBars } from "../components/charts/DayBars";
import { FirstRun } from "../components/FirstRun";
import { SearchField, Select } from "../components/fields";
import { formatCount } from "../components/format";
import { Listing } from "../components/Listing";
import { PageHeader } from "../components/PageHeader";
import { RelativeTime } from "../components/RelativeTime";
import { asStatus } from "../components/run-status";
import { StatusBadge } from "../components/StatusBadge";
import { EmptyState } from "../components/states";
import tableStyles from "../components/table.module.css";
import { TagList } from "../components/TagList";
import { t } from "../text/text";
import { ExperimentActions } from "./ExperimentActions";
import styles from "./ExperimentsPage.module.css";

const VIEWS = ["ActiveOnly", "ArchivedOnly", "All"] as const satisfies readonly ExperimentView[];

export function ExperimentsPage() {
  const workspace = useWorkspace();
  const search = useSearch({ strict: false });
  const navigate = useNavigate();
  const view = VIEWS.find((each) => each === search.view) ?? "ActiveOnly";
  const text = search.q ?? "";
  const experiments = useInfiniteQuery({ ...experimentsQuery(workspace, view, text), placeholderData: (previous) => previous });
  const change = (next: { view?: string; q?: string }) => void navigate({ to: "/experiments", search: { view: search.view, q: search.q, ...next }, replace: true });
  const rows = experiments.data?.pages.flatMap((page) => page.experiments) ?? [];
  const activity = useQuery(
    activityQuery(
      workspace,
      rows.map((experiment) => experiment.id),
    ),
  );
  const total = experiments.data?.pages[0]?.total ?? 0;
  const heads = [
    { label: t("column.experiment") },
    { label: t("experiments.lastRun"), wide: true },
    { label: t("experiments.lastStatus") },
    { label: t("experiments.runs"), numeric: true },
    { label: t("experiments.active"), numeric: true, wide: true },
    { label: t("experiments.activity"), wide: true },
    { label: t("column.tags"), wide: true },
    { label: t("experiments.actions"), hidden: true },
  ];
  return (
    <>
      <PageHeader title={t("experiments.title")} />
      <div className={styles.toolbar}>
        <div className={styles.search}>
          <SearchField label={t("experiments.search")} value={text} onChange={(q) => change({ q: q || undefined })} />
        </div>
        <Select
          label={t("experiments.view")}
          choices={VIEWS.map((each) => [each, t(`experiments.view.${each}`)] as const)}
          value={view}
          onChange={(each) => change({ view: each === "ActiveOnly" ? undefined : each })}
        />
        <span className={styles.total} role="status">
          {experiments.data && t("experiments.total", { count: total })}
        </span>
      </div>
      <Listing
        label={t("experiments.title")}
        heads={heads}
        items={experiments.data && rows}
        error={experiments.error}
        onRetry={() => void experiments.refetch()}
        empty={text !== "" || view !== "ActiveOnly" ? <NoMatch onClear={() => change({ q: undefined, view: undefined })} /> : <FirstRun />}
        row={(experiment) => <ExperimentRow key={experiment.id} experiment={experiment} activity={activity.data?.runs?.[experiment.id]} />}
      />
      {experiments.hasNextPage && (
        <div className={styles.more}>
          <Button onClick={() => void experiments.fetchNextPage()} disabled={experiments.isFetchingNextPage}>
            {t("experiments.more", { count: total - rows.length })}
          </Button>
        </div>
      )}
    </>
  );
}

function NoMatch({ onClear }: { onClear: () => void }) {
  return <EmptyState icon="flask" title={t("experiments.noMatch")} actions={<Button onClick={onClear}>{t("runs.noMatch.clear")}</Button>} />;
}

function ExperimentRow({ experiment, activity }: { experiment: Experiment; activity: readonly number[] | undefined }) {
  const status = asStatus(experiment.last_run_status);
  return (
    <tr>
      <th scope="row">
        <Link to="/experiments/$name" params={{ name: experiment.name }} className={tableStyles.name}>
          {experiment.name}
        </Link>
        {experiment.archived_at && <span className={styles.archived}>{t("experiments.archived")}</span>}
      </th>
      <td className={tableStyles.wide}>
        {experiment.last_run_id && experiment.last_run_at ? (
          <Link to="/runs/$runId/overview" params={{ runId: experiment.last_run_id }}>
            <RelativeTime at={experiment.last_run_at} />
          </Link>
        ) : (
          "–"
        )}
      </td>
      <td>{status ? <StatusBadge status={status} plain /> : "–"}</td>
      <td className={tableStyles.numeric}>{formatCount(experiment.run_count)}</td>
      <td className={`${tableStyles.numeric} ${tableStyles.wide}`}>{experiment.active_run_count > 0 ? formatCount(experiment.active_run_count) : "–"}</td>
      <td className={`${styles.activity} ${tableStyles.wide}`}>{activity && <DayBars counts={activity} label={activityText(activity)} />}</td>
      <td className={tableStyles.wide}>
        <TagList tags={experiment.tags ?? {}} />
      </td>
      <td className={tableStyles.actions}>
        <ExperimentActions experiment={experiment} small />
      </td>
    </tr>
  );
}

function activityText(counts: readonly number[]): string {
  return t("experiments.activity.text", { count: counts.reduce((sum, each) => sum + each, 0), most: Math.max(...counts) });
}
