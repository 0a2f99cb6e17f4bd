import { type DragEvent, type KeyboardEvent, type ReactNode, useCallback, useMemo, useState } from "react";
import { CARD_HEIGHT, WIDE_CARD_HEIGHT } from "../../components/charts/ChartCard";
import { useZooms } from "../../components/charts/useZooms";
import { IconButton } from "../../components/Button";
import { nameFilter } from "../../components/name-filter";
import { EmptyState } from "../../components/states";
import { useWidth } from "../../components/useWidth";
import { type VirtualRow, VirtualRows } from "../../components/VirtualRows";
import { t } from "../../text/text";
import styles from "./ComparePage.module.css";
import { movedPanel, type Panel, type PanelKind, panelKey } from "./compare-state";
import { BarsPanel } from "./panels/BarsPanel";
import { BoxPanel } from "./panels/BoxPanel";
import { LinesPanel } from "./panels/LinesPanel";
import { MediaPanel } from "./panels/MediaPanel";
import { ParallelPanel } from "./panels/ParallelPanel";
import type { PanelContext, PanelProps } from "./panels/panel-context";
import { ScatterPanel } from "./panels/ScatterPanel";
import { TablePanel } from "./panels/TablePanel";
import { panelTitle } from "./panel-title";

const GAP = 12;
const CARD_WIDTH = 380;
const COMPONENTS: Readonly<Record<PanelKind, (props: PanelProps) => ReactNode>> = {
  lines: LinesPanel,
  bars: BarsPanel,
  scatter: ScatterPanel,
  parallel: ParallelPanel,
  box: BoxPanel,
  confusion: MediaPanel,
  images: MediaPanel,
  table: TablePanel,
};

interface CompareChartsProps {
  panels: readonly Panel[];
  context: PanelContext;
  find: string;
  zoom: string | undefined;
  onZoom: (zoom: string | undefined) => void;
  /** Changes the layout; null where it cannot be changed. */
  onPanels: ((panels: Panel[]) => void) | null;
  onEdit: (index: number) => void;
}

interface PanelRow extends VirtualRow {
  panels: { panel: Panel; index: number }[];
}

/** The charts of a comparison: only those on the screen and near it exist. */
export function CompareCharts({ panels, context, find, zoom, onZoom, onPanels, onEdit }: CompareChartsProps) {
  const [box, width] = useWidth();
  const [dragged, setDragged] = useState<number | null>(null);
  // Where the layout is not kept in the address, a chart can still be made wide.
  const [widened, setWidened] = useState<ReadonlySet<string>>(new Set());
  const zooms = useZooms(zoom, onZoom);
  const laidOut = useMemo(() => panels.map((panel) => (widened.has(panelKey(panel)) ? { ...panel, wide: true } : panel)), [panels, widened]);
  const { rows, height } = useMemo(() => panelRows(laidOut, width, find), [laidOut, width, find]);
  const move = useCallback((from: number, to: number) => onPanels?.(movedPanel(panels, from, to)), [panels, onPanels]);
  if (panels.length === 0) return <EmptyState icon="chart" title={t("compare.noCharts.title")}>{t("compare.noCharts.body")}</EmptyState>;
  return (
    <div ref={box} className={styles.charts}>
      {width > 0 && rows.length === 0 && <EmptyState icon="search" title={t("compare.noMatch", { find })} />}
      {width > 0 && (
        <VirtualRows rows={rows} height={height}>
          {(row: PanelRow) => (
            <div className={styles.chartRow} style={{ gridTemplateColumns: `repeat(${row.panels[0]?.panel.wide ? 1 : columnsIn(width)}, minmax(0, 1fr))` }}>
              {row.panels.map(({ panel, index }) => {
                const Component = COMPONENTS[panel.kind];
                const key = panelKey(panel);
                const title = panelTitle(panel);
                return (
                  <div
                    key={key}
                    data-drop={dragged !== null && dragged !== index}
                    className={styles.slot}
                    onDragOver={(event: DragEvent) => dragged !== null && event.preventDefault()}
                    onDrop={() => {
                      if (dragged !== null) move(dragged, index);
                      setDragged(null);
                    }}
                  >
                    <Component
                      context={context}
                      panel={panel}
                      title={title}
                      window={zooms.windowOf(key)}
                      onWindow={(window) => zooms.setWindow(key, window)}
                      onWide={(wide) => {
                        if (onPanels) onPanels(panels.map((each, at) => (at === index ? { ...each, wide } : each)));
                        else setWidened((before) => new Set(wide ? [...before, key] : [...before].filter((other) => other !== key)));
                      }}
                      tools={
                        onPanels && (
                          <PanelTools
                            title={title}
                            onMove={(by) => move(index, index + by)}
                            onDrag={(on) => setDragged(on ? index : null)}
                            onEdit={() => onEdit(index)}
                            onRemove={() => onPanels(panels.filter((_, at) => at !== index))}
                          />
                        )
                      }
                    />
                  </div>
                );
              })}
            </div>
          )}
        </VirtualRows>
      )}
    </div>
  );
}

interface PanelToolsProps {
  title: string;
  onMove: (by: number) => void;
  onDrag: (on: boolean) => void;
  onEdit: () => void;
  onRemove: () => void;
}

function PanelTools({ title, onMove, onDrag, onEdit, onRemove }: PanelToolsProps) {
  const key = (event: KeyboardEvent) => {
    const by = event.key === "ArrowLeft" || event.key === "ArrowUp" ? -1 : event.key === "ArrowRight" || event.key === "ArrowDown" ? 1 : 0;
    if (by === 0) return;
    event.preventDefault();
    onMove(by);
  };
  return (
    <>
      <span draggable onDragStart={() => onDrag(true)} onDragEnd={() => onDrag(false)} className={styles.grip}>
        <IconButton icon="dots" label={t("compare.movePanel", { name: title })} onKeyDown={key} onClick={(event) => onMove(event.shiftKey ? -1 : 1)} />
      </span>
      <IconButton icon="edit" label={t("compare.editPanel", { name: title })} onClick={onEdit} />
      <IconButton icon="close" label={t("compare.removePanel", { name: title })} onClick={onRemove} />
    </>
  );
}

function columnsIn(width: number): number {
  return Math.max(1, Math.floor((width + GAP) / (CARD_WIDTH + GAP)));
}

function panelRows(panels: readonly Panel[], width: number, find: string): { rows: PanelRow[]; height: number } {
  const matches = nameFilter(find);
  const columns = columnsIn(width);
  const rows: PanelRow[] = [];
  let top = 0;
  let open: PanelRow | null = null;
  for (const [index, panel] of panels.entries()) {
    if (!matches(panelTitle(panel))) continue;
    if (!panel.wide && open && open.panels.length < columns) {
      open.panels.push({ panel, index });
      continue;
    }
    const height = panel.wide ? WIDE_CARD_HEIGHT : CARD_HEIGHT;
    const row: PanelRow = { key: panelKey(panel), top, height, panels: [{ panel, index }] };
    rows.push(row);
    top += height + GAP;
    open = panel.wide ? null : row;
  }
  return { rows, height: Math.max(0, top - GAP) };
}
