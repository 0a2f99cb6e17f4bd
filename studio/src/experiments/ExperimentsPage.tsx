import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { type Experiment, type ExperimentView, experimentsQuery } from "../client/experiment";
import { useWorkspace } from "../client/workspace";
import { Button } from "../components/Button";
import { FirstRun } from "../components/FirstRun";
import { SearchField, Select } from "../components/fields";
import { formatCount } from "../components/format";
import { PageHeader } from "../components/PageHeader";
import { RelativeTime } from "../components/RelativeTime";
import { asStatus } from "../components/run-status";
import { StatusBadge } from "../components/StatusBadge";
import { EmptyState, ErrorState, Skeleton } from "../components/states";
import tableStyles from "../components/table.module.css";
import { TagList } from "../components/TagList";
import { t } from "../text/text";
import styles from "./ExperimentsPage.module.css";

const VIEWS = ["ActiveOnly", "ArchivedOnly", "All"] as const satisfies readonly ExperimentView[];

export function ExperimentsPage() {
  const search = useSearch({ strict: false });
  const navigate = useNavigate();
  const view = VIEWS.find((each) => each === search.view) ?? "ActiveOnly";
  const text = search.q ?? "";
  const experiments = useInfiniteQuery({ ...experimentsQuery(useWorkspace(), view, text), placeholderData: (previous) => previous });
  const change = (next: { view?: string; q?: string }) => void navigate({ to: "/experiments", search: { view: search.view, q: search.q, ...next }, replace: true });
  const rows = experiments.data?.pages.flatMap((page) => page.experiments) ?? [];
  const total = experiments.data?.pages[0]?.total ?? 0;
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
      {experiments.isError && !experiments.data ? (
        <ErrorState error={experiments.error} onRetry={() => void experiments.refetch()} />
      ) : !experiments.data ? (
        <div className={styles.pending}>
          <Skeleton lines={6} />
        </div>
      ) : rows.length === 0 ? (
        text !== "" || view !== "ActiveOnly" ? (
          <EmptyState icon="flask" title={t("experiments.noMatch")} actions={<Button onClick={() => change({ q: undefined, view: undefined })}>{t("runs.noMatch.clear")}</Button>} />
        ) : (
          <FirstRun />
        )
      ) : (
        <ExperimentTable experiments={rows} />
      )}
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

function ExperimentTable({ experiments }: { experiments: readonly Experiment[] }) {
  return (
    <div className={tableStyles.box}>
      <table className={tableStyles.table}>
        <caption className="visually-hidden">{t("experiments.title")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("column.experiment")}</th>
            <th scope="col">{t("experiments.lastRun")}</th>
            <th scope="col">{t("experiments.lastStatus")}</th>
            <th scope="col" className={tableStyles.numeric}>
              {t("experiments.runs")}
            </th>
            <th scope="col" className={tableStyles.numeric}>
              {t("experiments.active")}
            </th>
            <th scope="col">{t("column.tags")}</th>
          </tr>
        </thead>
        <tbody>
          {experiments.map((experiment) => (
            <ExperimentRow key={experiment.id} experiment={experiment} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function ExperimentRow({ experiment }: { experiment: Experiment }) {
  const status = asStatus(experiment.last_run_status);
  return (
    <tr>
      <th scope="row">
        <Link to="/experiments/$name" params={{ name: experiment.name }} className={tableStyles.name}>
          {experiment.name}
        </Link>
        {experiment.archived_at && <span className={styles.archived}>{t("experiments.archived")}</span>}
      </th>
      <td>
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
      <td className={tableStyles.numeric}>{experiment.active_run_count > 0 ? formatCount(experiment.active_run_count) : "–"}</td>
      <td>
        <TagList tags={experiment.tags ?? {}} />
      </td>
    </tr>
  );
}
