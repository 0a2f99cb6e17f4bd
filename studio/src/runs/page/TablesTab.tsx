import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { runMetricsQuery, runTableQuery } from "../../client/metric";
import { hasEnded, type Run } from "../../client/run";
import { useWorkspace } from "../../client/workspace";
import { Button } from "../../components/Button";
import { csvOf, saveText } from "../../components/charts/csv";
import { Select } from "../../components/fields";
import { EmptyState, ErrorState, Skeleton } from "../../components/states";
import { LoggedTable } from "../../components/tables/LoggedTable";
import { rowCountOf } from "../../components/tables/table-order";
import { t } from "../../text/text";
import styles from "./TablesTab.module.css";
import { useRun } from "./useRun";

export interface TablesSearch {
  table?: string;
  sort?: string;
}

/** What was logged row by row: one table at a time, sortable, whole. */
export function TablesTab() {
  const workspace = useWorkspace();
  const { data: run } = useRun();
  const navigate = useNavigate();
  const { table, sort }: TablesSearch = useSearch({ strict: false });
  const metrics = useQuery({ ...runMetricsQuery(workspace, run?.id ?? ""), enabled: run !== undefined });
  if (!run) return null;
  if (metrics.isError && !metrics.data) return <ErrorState error={metrics.error} onRetry={() => void metrics.refetch()} />;
  if (!metrics.data) return <Skeleton lines={6} inset />;
  const names = metrics.data.metrics.filter((metric) => metric.family === "table").map((metric) => metric.name);
  const first = names[0];
  if (first === undefined) return <EmptyState icon="table" title={hasEnded(run) ? t("tables.none.title") : t("tables.waiting")}>{t("tables.none.body")}</EmptyState>;
  const show = (search: TablesSearch) => void navigate({ to: "/runs/$runId/tables", params: { runId: run.id }, search, replace: true });
  const shown = table ?? first;
  if (!names.includes(shown)) return <EmptyState icon="search" title={t("tables.missing", { name: shown })} actions={<Button onClick={() => show({})}>{t("tables.showFirst", { name: first })}</Button>} />;
  return <OneTable run={run} names={names} name={shown} sort={sort} onShow={show} />;
}

interface OneTableProps {
  run: Run;
  names: readonly string[];
  name: string;
  sort: string | undefined;
  onShow: (search: TablesSearch) => void;
}

function OneTable({ run, names, name, sort, onShow }: OneTableProps) {
  const answer = useQuery({ ...runTableQuery(useWorkspace(), run.id, name), placeholderData: (previous) => (previous?.series[0]?.name === name ? previous : undefined) });
  const series = answer.data?.series[0];
  const columns = series?.columns ?? {};
  const rows = rowCountOf(columns);
  return (
    <div className={styles.tab}>
      <div className={styles.bar}>
        {names.length > 1 ? <Select label={t("tables.choose")} value={name} choices={names.map((each) => [each, each] as const)} onChange={(chosen) => onShow({ table: chosen })} /> : <h2>{name}</h2>}
        {series && <span className={styles.count}>{series.count > rows ? t("tables.first", { shown: rows, count: series.count }) : t("tables.rows", { count: rows })}</span>}
        {series?.description && <span className={styles.count}>{series.description}</span>}
        <span className={styles.spring} />
        <Button tone="quiet" icon="download" disabled={!series} onClick={() => saveText(`${name.replaceAll("/", "_")}.csv`, csvOf(columns), "text/csv")}>
          {t("tables.csv")}
        </Button>
      </div>
      {answer.isError && !answer.data ? (
        <ErrorState error={answer.error} onRetry={() => void answer.refetch()} />
      ) : !series ? (
        <Skeleton lines={6} />
      ) : (
        <LoggedTable label={name} columns={columns} sort={sort} onSort={(next) => onShow({ table: name, ...(next === undefined ? {} : { sort: next }) })} />
      )}
    </div>
  );
}
