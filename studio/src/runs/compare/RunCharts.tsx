import { lazy, Suspense, useMemo, useState } from "react";
import type { MetricSummary } from "../../client/metric";
import type { Range } from "../../client/series-window";
import { useWorkspace } from "../../client/workspace";
import { LineSettingsBar } from "../../components/charts/LineSettingsBar";
import { smoothingOf } from "../../components/charts/line-settings";
import { useSeriesSource } from "../../components/charts/useSeriesSource";
import { xAxis } from "../../components/charts/x-axis";
import { Button } from "../../components/Button";
import { SearchField, Select } from "../../components/fields";
import { Icon } from "../../components/Icon";
import { PopoverButton } from "../../components/PopoverButton";
import { nameFilter } from "../../components/name-filter";
import { EmptyState, ErrorState, Skeleton } from "../../components/states";
import { t } from "../../text/text";
import { CompareCharts } from "./CompareCharts";
import styles from "./ComparePage.module.css";
import { type CompareSearch, type CompareState, decodeCompare, encodeCompare, type Panel } from "./compare-state";
import { defaultPanels } from "./default-panels";
import { PanelForm } from "./PanelForm";
import { panelTitle } from "./panel-title";
import { isBrushed, valueAxis } from "./panels/value-axis";
import { RunLegend } from "./RunLegend";
import { runLooks } from "./run-look";
import { type ComparedRun, fieldName, fieldText, keysOf, parseField } from "./run-value";
import { MOST_RUNS, useComparedRuns } from "./useComparedRuns";

const DiffTable = lazy(async () => ({ default: (await import("./DiffTable")).DiffTable }));
const CodeDiff = lazy(async () => ({ default: (await import("./CodeDiff")).CodeDiff }));
const FormDialog = lazy(async () => ({ default: (await import("../../components/FormDialog")).FormDialog }));

/** A layout of more charts than this does not go into an address. */
const MOST_ARRANGED = 150;
/** Points of a whole line, by how many lines a chart has. */
const LINE_POINTS = [
  { upTo: 50, points: 1000 },
  { upTo: 200, points: 300 },
  { upTo: MOST_RUNS, points: 150 },
] as const;

interface RunChartsProps {
  /** The part of an address that says which runs, which charts and how they are drawn. */
  search: CompareSearch;
  onSearch: (search: CompareSearch) => void;
}

/** Charts over several runs, with the list of these runs; a table and a comparison of their code beside the charts. */
export function RunCharts({ search, onSearch }: RunChartsProps) {
  const state = useMemo(() => decodeCompare(search), [search]);
  const compared = useComparedRuns(state, state.find, (names, metrics, runs) => shownFigures(state, names, metrics, runs));
  const change = (next: Partial<CompareState>) => onSearch({ ...search, ...encodeCompare({ ...state, ...next }) });
  if (!compared.isChosen) return <EmptyState icon="chart" title={t("compare.none.title")}>{t("compare.none.body")}</EmptyState>;
  if (compared.plain.isError && !compared.plain.data) return <ErrorState error={compared.plain.error} onRetry={() => void compared.plain.refetch()} />;
  if (!compared.plain.data || (!compared.namesKnown && state.panels === null)) return <Skeleton lines={8} />;
  if (compared.runs.length === 0) return <EmptyState icon="search" title={t("compare.noRuns.title")}>{t("compare.noRuns.body")}</EmptyState>;
  return <Charts search={search} state={state} onSearch={onSearch} change={change} compared={compared} />;
}

interface ChartsProps extends RunChartsProps {
  state: CompareState;
  change: (next: Partial<CompareState>) => void;
  compared: ReturnType<typeof useComparedRuns>;
}

function Charts({ search, state, onSearch, change, compared }: ChartsProps) {
  const { runs, metrics, names, total } = compared;
  const [editing, setEditing] = useState<number | null>(null);
  const panels = useMemo(() => state.panels ?? defaultPanels(metrics, runs), [state.panels, metrics, runs]);
  const canArrange = state.panels !== null || panels.length <= MOST_ARRANGED;
  const setPanels = (next: Panel[]) => change({ panels: next });
  // A group has one colour, and so have its runs, unless a colour was asked for.
  const colouring = state.colour ?? state.group;
  const looks = useMemo(() => runLooks(runs, colouring === null ? null : parseField(colouring)), [runs, colouring]);
  const shown = useMemo(() => shownRuns(runs, state), [runs, state]);
  const context = useContextOf(search, state, compared, shown, looks, change);
  const baseline = runs.some((run) => run.run.id === state.baseline) ? (state.baseline ?? "") : (runs[0]?.run.id ?? "");
  const keys = keysOf(runs);
  const settingFields = [...keys.arguments.map((key) => fieldText({ kind: "argument", key })), ...keys.tags.map((key) => fieldText({ kind: "tag", key }))];
  const runFields = [...settingFields, ...names.flatMap((key) => [`m:${key}@last`, `m:${key}@min`, `m:${key}@max`]), "duration", "status", "experiment"];
  const files = metrics.filter((metric) => metric.family !== "series").map((metric) => metric.name);
  const groupings = [["", t("compare.noGroup")] as const, ...[...settingFields, "status", "experiment"].map((text) => [text, t("compare.groupBy", { name: nameOf(text) })] as const)];
  const colourings = [["", t("compare.colourRun")] as const, ...[...settingFields, "status", "experiment"].map((text) => [text, t("compare.colourBy", { name: nameOf(text) })] as const)];
  const form = (panel: Panel | null, save: (panel: Panel) => void) => <PanelForm panel={panel} metrics={names} files={files} runFields={runFields} onSave={save} />;
  return (
    <div className={styles.layout}>
      <RunLegend runs={runs} looks={looks} hidden={state.hidden} onHidden={(hidden) => change({ hidden })} onRemove={state.runs.length > 1 ? (id) => change({ runs: state.runs.filter((each) => each !== id) }) : null} />
      <div className={styles.content}>
        <div className={styles.toolbar} role="toolbar" aria-label={t("metrics.settings")}>
          {state.tab !== "code" && (
            <div className={styles.find}>
              <SearchField label={state.tab === "charts" ? t("compare.findCharts") : t("compare.findRows")} value={state.find} onChange={(find) => change({ find })} />
            </div>
          )}
          {state.tab === "charts" && (
            <>
              <LineSettingsBar search={search} metrics={names} onChange={(next) => onSearch({ ...search, ...next })} />
              <Select label={t("compare.group")} value={state.group ?? ""} choices={groupings} onChange={(group) => change({ group: group || null })} />
              {state.group !== null && (
                <Select
                  label={t("compare.band")}
                  value={state.band}
                  choices={[
                    ["range", t("compare.band.range")],
                    ["deviation", t("compare.band.deviation")],
                  ]}
                  onChange={(band) => change({ band })}
                />
              )}
              <Select label={t("compare.colour")} value={state.colour ?? ""} choices={colourings} onChange={(colour) => change({ colour: colour || null })} />
              <PopoverButton icon="plus" label={t("compare.addChart")} title={t("compare.addChart")}>
                {form(null, (panel) => setPanels([panel, ...(canArrange ? panels : [])]))}
              </PopoverButton>
              {state.panels !== null && (
                <Button tone="quiet" icon="refresh" onClick={() => change({ panels: null })}>
                  {t("compare.resetCharts")}
                </Button>
              )}
            </>
          )}
        </div>
        {total > runs.length && <p className={styles.note}>{t("compare.newest", { shown: runs.length, count: total })}</p>}
        {[...state.brush].map(([text]) => (
          <BrushChip key={text} name={nameOf(text)} onRemove={() => change({ brush: new Map([...state.brush].filter(([each]) => each !== text)) })} />
        ))}
        <Suspense fallback={<Skeleton lines={6} />}>
          {state.tab === "charts" ? (
            <CompareCharts panels={panels} context={context} find={state.find} zoom={search.zoom} onZoom={(zoom) => onSearch({ ...search, zoom })} onPanels={canArrange ? setPanels : null} onEdit={setEditing} />
          ) : state.tab === "table" ? (
            <DiffTable runs={shown} metrics={names} looks={looks} baseline={baseline} onBaseline={(id) => change({ baseline: id })} all={state.all} onAll={(all) => change({ all })} find={state.find} />
          ) : (
            <CodeDiff runs={runs} baseline={baseline} />
          )}
          {editing !== null && panels[editing] && (
            <FormDialog title={t("compare.changeChart")} onClose={() => setEditing(null)}>
              {form(panels[editing] ?? null, (panel) => {
                setPanels(panels.map((each, index) => (index === editing ? panel : each)));
                setEditing(null);
              })}
            </FormDialog>
          )}
        </Suspense>
      </div>
    </div>
  );
}

/** What the charts share. It changes only when something of it does: every chart looks at it. */
function useContextOf(search: CompareSearch, state: CompareState, { runs: all, figuresKnown }: ReturnType<typeof useComparedRuns>, runs: readonly ComparedRun[], looks: ReturnType<typeof runLooks>, change: (next: Partial<CompareState>) => void) {
  const points = LINE_POINTS.find((each) => all.length <= each.upTo)?.points ?? LINE_POINTS[2].points;
  const source = useSeriesSource(useWorkspace(), points);
  const { x, xm, xlog, y, ema, clip } = search;
  const settings = useMemo(
    () => ({ x: x === "time" ? ("relative" as const) : x === "wall" ? ("wall" as const) : x === "metric" && xm ? ("metric" as const) : ("step" as const), xMetric: x === "metric" ? xm : undefined, xLog: xlog === "1", yLog: y === "log", smoothing: smoothingOf(ema), clip: clip === "1" }),
    [x, xm, xlog, y, ema, clip],
  );
  const axis = useMemo(() => xAxis(settings.x, settings.xMetric), [settings]);
  const onBrush = (text: string, range: Range | null) => {
    const brush = new Map(state.brush);
    if (range === null) brush.delete(text);
    else brush.set(text, range);
    change({ brush });
  };
  const group = useMemo(() => (state.group === null ? null : parseField(state.group)), [state.group]);
  return { source, runs, looks, figuresKnown, settings, axis, group, band: state.band, brush: state.brush, onBrush, step: state.step, onStep: (step: number | null) => change({ step }) };
}

/** The metrics whose figures stand somewhere: in a table all, on charts those that a chart, a colour, a group or a brushed axis is made of. */
function shownFigures(state: CompareState, names: readonly string[], metrics: readonly MetricSummary[], runs: readonly ComparedRun[]): readonly string[] {
  if (state.tab === "table") return names;
  if (state.tab === "code") return [];
  const panels = (state.panels ?? defaultPanels(metrics, runs)).filter((panel) => panel.kind !== "lines" && nameFilter(state.find)(panelTitle(panel)));
  const fields = [...panels.flatMap((panel) => panel.fields), ...state.brush.keys(), state.colour ?? "", state.group ?? ""].map(parseField);
  return [...new Set(fields.flatMap((field) => (field?.kind === "metric" ? [field.key] : [])))];
}

/** The runs whose eye is open and that lie within what is brushed. */
function shownRuns(runs: readonly ComparedRun[], state: CompareState): readonly ComparedRun[] {
  const axes = new Map(
    [...state.brush.keys()].flatMap((text) => {
      const field = parseField(text);
      return field ? [[text, { field, axis: valueAxis(runs, field) }] as const] : [];
    }),
  );
  return runs.filter((run) => !state.hidden.has(run.run.id) && isBrushed(run, state.brush, axes));
}

function BrushChip({ name, onRemove }: { name: string; onRemove: () => void }) {
  return (
    <span className={styles.chip}>
      {t("compare.brushedOn", { name })}
      <button type="button" aria-label={t("compare.unbrush", { name })} onClick={onRemove}>
        <Icon name="close" size={12} />
      </button>
    </span>
  );
}

function nameOf(text: string): string {
  const field = parseField(text);
  return field === null ? text : fieldName(field);
}
