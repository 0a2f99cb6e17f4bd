import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useMemo } from "react";
import { runMetricsQuery } from "../../client/metric";
import { type RunQuery, runsQuery } from "../../client/run";
import { useWorkspace } from "../../client/workspace";
import { Button } from "../../components/Button";
import { formatCount } from "../../components/format";
import { EmptyState, ErrorState } from "../../components/states";
import { t } from "../../text/text";
import type { Column } from "./column";
import { ColumnPicker } from "./ColumnPicker";
import { defaultColumns } from "./default-columns";
import { RunGrid } from "./RunGrid";
import styles from "./RunTable.module.css";
import { isFiltered, queryOf, type RunView } from "./run-view";
import { SelectionBar } from "./SelectionBar";
import { FilterBar } from "./FilterBar";
import { useRunPages } from "./useRunPages";

interface RunTableProps {
  label: string;
  view: RunView;
  /** `replace`: typing and selecting do not fill the browser's history. */
  onView: (view: RunView, replace: boolean) => void;
  /** Conditions of the page itself, which the reader cannot take away. */
  within?: RunQuery;
  /** Shown when there is no run at all. */
  empty: ReactNode;
}

/** The run list with its filters, columns and actions. */
export function RunTable({ label, view, onView, within = {}, empty }: RunTableProps) {
  const workspace = useWorkspace();
  const navigate = useNavigate();
  const experiment = within.experiment ?? null;
  const isBelowRun = Boolean(within.parent_id || within.ancestor_id);
  const columns = useShownColumns(workspace, view.columns, within);
  const pages = useRunPages(workspace, { ...queryOf(view, columns, experiment), ...within });
  const selected = useMemo(() => new Set(view.selected), [view.selected]);

  const select = (runIds: readonly string[], on: boolean) => {
    const next = new Set(selected);
    for (const id of runIds) on ? next.add(id) : next.delete(id);
    onView({ ...view, selected: [...next] }, true);
  };
  const open = (runId: string, newTab: boolean) => {
    if (newTab) window.open(`/runs/${encodeURIComponent(runId)}/overview`, "_blank", "noopener");
    else void navigate({ to: "/runs/$runId/overview", params: { runId } });
  };
  const clear = () => onView({ ...view, text: "", status: [], tags: [], target: null }, false);

  return (
    <div className={`${styles.table} ${isBelowRun ? styles.inTab : ""}`}>
      <div className={styles.toolbar}>
        <FilterBar view={view} onView={onView} childrenLabel={isBelowRun ? t("children.deeper") : t("runs.filter.children")} />
        <span className={styles.total} role="status">
          {pages.total !== null && t("runs.total", { count: pages.total })}
        </span>
        <ColumnPicker columns={columns} pages={pages} onChange={(next) => onView({ ...view, columns: next }, false)} onReset={() => onView({ ...view, columns: null }, false)} />
      </div>
      {pages.held > 0 && (
        <button type="button" className={styles.held} data-shortcut="." onClick={() => pages.showNew()}>
          {t("runs.held", { count: pages.held })}
        </button>
      )}
      {pages.error !== null && pages.total === null ? (
        <ErrorState error={pages.error} onRetry={() => pages.retry()} />
      ) : pages.total === 0 ? (
        isFiltered(view) ? (
          <EmptyState icon="filter" title={t("runs.noMatch.title")} actions={<Button onClick={clear}>{t("runs.noMatch.clear")}</Button>}>
            {t("runs.noMatch.body")}
          </EmptyState>
        ) : (
          empty
        )
      ) : (
        <RunGrid
          key={JSON.stringify([within, view.sort, view.text, view.status, view.tags, view.target, view.children])}
          label={label}
          pages={pages}
          columns={columns}
          sort={view.sort}
          onSort={(field) => onView({ ...view, sort: field }, false)}
          selected={selected}
          onSelect={select}
          onOpen={open}
        />
      )}
      {selected.size > 0 && <SelectionBar selected={view.selected} rows={pages.loadedRows()} onClear={() => onView({ ...view, selected: [] }, true)} />}
      <p className="visually-hidden" aria-live="polite">
        {selected.size > 0 ? t("grid.selected", { count: formatCount(selected.size) }) : ""}
      </p>
    </div>
  );
}

/** The chosen columns; or else the usual ones, with the first metrics of the newest run. */
function useShownColumns(workspace: string, chosen: Column[] | null, within: RunQuery): readonly Column[] {
  const newest = useNewestRunId(workspace, within, chosen === null);
  const metrics = useQuery({ ...runMetricsQuery(workspace, newest ?? ""), enabled: newest !== null });
  const hideExperiment = Boolean(within.experiment || within.parent_id || within.ancestor_id);
  return useMemo(() => chosen ?? defaultColumns(metrics.data?.metrics ?? [], hideExperiment), [chosen, metrics.data, hideExperiment]);
}

function useNewestRunId(workspace: string, within: RunQuery, enabled: boolean): string | null {
  const newest = useQuery({ ...runsQuery(workspace, { ...within, limit: 1 }), enabled });
  return enabled ? (newest.data?.runs[0]?.id ?? null) : null;
}
