import { lazy, type ReactNode, Suspense, useRef } from "react";
import type { RunQuery } from "../../client/run";
import type { FindNames } from "../../client/run-names";
import { PopoverButton } from "../../components/PopoverButton";
import { t } from "../../text/text";
import type { Column } from "./column";
import { ConditionChips } from "./ConditionChips";
import { suggestionsAt } from "./names";
import { QueryBar, type QueryBarHandle } from "./QueryBar";
import styles from "./RunTable.module.css";
import type { RunView } from "./run-view";

const ColumnPanel = lazy(async () => ({ default: (await import("./tools/ColumnPanel")).ColumnPanel }));
const FilterPanel = lazy(async () => ({ default: (await import("./tools/FilterPanel")).FilterPanel }));
const GroupPanel = lazy(async () => ({ default: (await import("./tools/GroupPanel")).GroupPanel }));
const LayoutPanel = lazy(async () => ({ default: (await import("./tools/LayoutPanel")).LayoutPanel }));

interface RunToolbarProps {
  view: RunView;
  /** `replace`: typing does not fill the browser's history. */
  onView: (view: RunView, replace: boolean) => void;
  columns: readonly Column[];
  names: FindNames;
  within: RunQuery;
  error: unknown;
  total: ReactNode;
}

/** What a list shows: the query as text and as chips, columns, groups and layout. */
export function RunToolbar({ view, onView, columns, names, within, error, total }: RunToolbarProps) {
  const bar = useRef<QueryBarHandle>(null);
  const change = (part: Partial<RunView>) => onView({ ...view, ...part }, false);
  const panel = (content: ReactNode) => <Suspense fallback={null}>{content}</Suspense>;
  return (
    <div className={styles.toolbar} role="search">
      <QueryBar ref={bar} query={view.query} error={error} suggest={(place) => suggestionsAt(place, names)} onQuery={(query, replace) => onView({ ...view, query }, replace)} />
      <div className={styles.buttons}>
        <PopoverButton icon="filter" label={t("filter.button")} title={t("filter.title")}>
          {panel(<FilterPanel view={view} within={within} onQuery={(query) => change({ query })} names={names} />)}
        </PopoverButton>
        <PopoverButton icon="group" label={t("group.button")} title={t("group.title")} active={view.group.length > 0}>
          {panel(<GroupPanel group={view.group} names={names} onChange={(group) => change({ group })} />)}
        </PopoverButton>
        <PopoverButton icon="columns" label={t("columns.button")} title={t("columns.title")}>
          {panel(<ColumnPanel columns={columns} names={names} onChange={(next) => change({ columns: next })} onReset={() => change({ columns: null })} />)}
        </PopoverButton>
        <PopoverButton icon="layout" label={t("layout.button")} title={t("layout.title")}>
          {panel(<LayoutPanel view={view} columns={columns} onView={(next) => onView(next, false)} />)}
        </PopoverButton>
      </div>
      <span className={styles.total} role="status">
        {total}
      </span>
      <ConditionChips query={view.query} onQuery={(query) => change({ query })} onChange={(start, end) => bar.current?.select(start, end)} />
    </div>
  );
}
