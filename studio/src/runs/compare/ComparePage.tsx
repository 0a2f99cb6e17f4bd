import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import { PageHeader } from "../../components/PageHeader";
import { TabLinks } from "../../components/TabLinks";
import { t } from "../../text/text";
import { ViewButton } from "../views/ViewButton";
import { viewableCharts } from "../views/viewable";
import styles from "./ComparePage.module.css";
import { COMPARE_KEYS, type CompareSearch, decodeCompare, replacesHistory, TABS } from "./compare-state";
import { RunCharts } from "./RunCharts";

const PANEL_ID = "compare-panel";

/** Runs side by side. */
export function ComparePage() {
  const found = useSearch({ strict: false });
  const navigate = useNavigate();
  // Only what belongs to the page: a changed key of another kind draws nothing anew.
  const text = JSON.stringify(COMPARE_KEYS.map((key) => found[key] ?? null));
  const search = useMemo(() => {
    const values: (string | null)[] = JSON.parse(text);
    return Object.fromEntries(COMPARE_KEYS.flatMap((key, index) => (values[index] === null || values[index] === undefined ? [] : [[key, values[index]]]))) as CompareSearch;
  }, [text]);
  const onSearch = useCallback((next: CompareSearch) => void navigate({ to: "/compare", search: next, replace: replacesHistory(search, next) }), [navigate, search]);
  const { tab, runs } = decodeCompare(search);
  return (
    <>
      <PageHeader title={runs.length > 0 ? t("compare.title", { count: runs.length }) : t("compare.titleQuery")} actions={<ViewButton shown={viewableCharts(search, null)} />} />
      <TabLinks label={t("compare.tabs")} panelId={PANEL_ID} selected={tab} tabs={TABS.map((id) => ({ id, label: t(`compare.tab.${id}`), to: "/compare", search: { ...search, tab: id === "charts" ? undefined : id } }))} />
      <div id={PANEL_ID} role="tabpanel" aria-labelledby={`tab-${tab}`} className={styles.page}>
        <RunCharts search={search} onSearch={onSearch} />
      </div>
    </>
  );
}
