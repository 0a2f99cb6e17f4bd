import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import type { RunQuery } from "../../client/run";
import { findRunIds } from "../../client/run-batch";
import { findNames } from "../../client/run-names";
import { useWorkspace } from "../../client/workspace";
import { Button } from "../../components/Button";
import { firstContentIsShown } from "../../components/first-content";
import { EmptyState, ErrorState } from "../../components/states";
import { showToast } from "../../components/toasts";
import { joinList } from "../../components/url-list";
import { t } from "../../text/text";
import { faultOf } from "./QueryBar";
import { conditionsOf, withoutCondition } from "../query-text";
import { type OpenTool, RowTools } from "./RowTools";
import { RunGrid } from "./RunGrid";
import styles from "./RunTable.module.css";
import { RunToolbar } from "./RunToolbar";
import { isFiltered, queryOf, type RunView } from "./run-view";
import { SelectionBar, type SelectionBarProps } from "./SelectionBar";
import { type GridLines, readAhead, useLines } from "./useLines";
import { useSelection } from "./useSelection";
import { useShownColumns } from "./useShownColumns";

/** How many runs can be acted on at once. */
const SELECTED_MOST = 10_000;

interface RunTableProps {
  label: string;
  view: RunView;
  /** `replace`: typing and selecting do not fill the browser's history. */
  onView: (view: RunView, replace: boolean) => void;
  /** Conditions of the page itself, which the reader cannot take away. */
  within?: RunQuery;
  /** The run whose children are listed, by its name. */
  above?: string | undefined;
  /** Shown when there is no run at all. */
  empty: ReactNode;
}

/** The run list with its query, columns and actions. */
export function RunTable({ label, view, onView: showView, within = {}, above, empty }: RunTableProps) {
  const workspace = useWorkspace();
  const navigate = useNavigate();
  const [tool, setTool] = useState<OpenTool>(null);
  const columns = useShownColumns(workspace, view.columns, within);
  const { lines, name, isOld, error, retry } = useLines(workspace, view, columns, within);
  const onView = (next: RunView, replace: boolean) => {
    // The server is at work while the page draws what has changed around the lines.
    readAhead(workspace, view, next, columns, within);
    showView(next, replace);
  };
  const selection = useSelection(view.selected, (selected) => onView({ ...view, selected }, true));
  const names = useMemo(() => findNames(workspace, within.experiment ?? null), [workspace, within.experiment]);
  const total = lines.pages.total;
  useEffect(() => {
    if (total !== null || error !== null) firstContentIsShown();
  }, [total, error]);
  const isBelowRun = Boolean(within.parent_id || within.ancestor_id);

  const open = (runId: string, newTab: boolean) => {
    if (newTab) window.open(`/runs/${encodeURIComponent(runId)}/overview`, "_blank", "noopener");
    else void navigate({ to: "/runs/$runId/overview", params: { runId } });
  };
  const selectMatching = async () => {
    const ids = await findRunIds(workspace, queryOf(view, within), SELECTED_MOST);
    selection.set(ids);
    if (ids.length === SELECTED_MOST) showToast(t("grid.selectedMost", { count: ids.length }));
  };
  const compare = () => void navigate({ to: "/compare", search: { runs: joinList(selection.ids) } });
  const header = {
    sort: (order: string) => onView({ ...view, sort: order }, false),
    resize: (token: string, width: number) => onView({ ...view, widths: { ...view.widths, [token]: width } }, true),
    move: (from: number, to: number) => {
      const next = [...columns];
      next.splice(to, 0, ...next.splice(from, 1));
      onView({ ...view, columns: next }, false);
    },
  };

  return (
    <div className={`${styles.table} ${isBelowRun ? styles.inTab : ""}`}>
      <RunToolbar view={view} onView={onView} columns={columns} names={names} within={within} error={error} total={isOld && error === null ? t("runs.old") : total !== null && totalText(view, total)} />
      {lines.pages.held > 0 && (
        <button type="button" className={styles.held} data-shortcut="." onClick={() => lines.pages.showNew()}>
          {t("runs.held", { count: lines.pages.held })}
        </button>
      )}
      {error !== null && faultOf(error) === null && (total === null || isOld) ? (
        <ErrorState error={error} onRetry={retry} />
      ) : total === 0 && !isOld ? (
        isFiltered(view) ? <NoMatch query={view.query} onQuery={(query) => onView({ ...view, query }, false)} /> : empty
      ) : (
        <RunGrid
          label={label}
          name={name}
          lines={lines}
          columns={columns}
          above={above}
          sort={view.sort}
          density={view.density}
          chosenWidths={view.widths}
          pinned={view.pinned}
          header={header}
          selected={selection.has}
          onSelect={selection.change}
          onOpen={open}
          onEdit={(row, cell, anchor) => setTool({ type: "edit", row, cell, anchor })}
          onMenu={(row, anchor) => setTool({ type: "menu", row, anchor })}
        />
      )}
      {selection.ids.length > 0 && (
        <SelectionOfLines
          selected={selection.ids}
          lines={lines}
          matching={view.group.length === 0 && total !== null && selection.ids.length < total ? total : null}
          onSelectMatching={selectMatching}
          onCompare={compare}
          onClear={() => selection.set([])}
        />
      )}
      <RowTools tool={tool} onTool={setTool} onChanged={() => lines.refresh()} />
      <p className="visually-hidden" aria-live="polite">
        {selection.ids.length > 0 ? t("grid.selected", { count: selection.ids.length }) : ""}
      </p>
    </div>
  );
}

function totalText(view: RunView, total: number): string {
  return view.group.length > 0 ? t("group.total", { count: total }) : t("runs.total", { count: total });
}

/** The bar knows the runs that are in memory, which change as the list is scrolled. */
function SelectionOfLines({ lines, ...props }: Omit<SelectionBarProps, "loaded"> & { lines: GridLines }) {
  useSyncExternalStore(lines.subscribe, lines.getVersion);
  return <SelectionBar {...props} loaded={lines.loaded().flatMap((item) => (item.kind === "run" ? [item.row.run] : []))} />;
}

/** The query finds nothing: each condition can be left out. */
function NoMatch({ query, onQuery }: { query: string; onQuery: (query: string) => void }) {
  const conditions = conditionsOf(query);
  return (
    <EmptyState
      icon="filter"
      title={t("runs.noMatch.title")}
      actions={
        <>
          {conditions.length > 1 &&
            conditions.map((condition, index) => (
              <Button key={`${index} ${condition}`} onClick={() => onQuery(withoutCondition(query, index))}>
                {t("runs.noMatch.without", { condition })}
              </Button>
            ))}
          <Button tone="primary" onClick={() => onQuery("")}>
            {t("runs.noMatch.clear")}
          </Button>
        </>
      }
    >
      {t("runs.noMatch.body")} <code>{query}</code>
    </EmptyState>
  );
}
