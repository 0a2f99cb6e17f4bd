import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { pageCursor } from "../../components/charts/cursor-group";
import { Button, IconButton } from "../../components/Button";
import { type VirtualRow, VirtualRows } from "../../components/VirtualRows";
import { t } from "../../text/text";
import styles from "./ComparePage.module.css";
import type { RunLook } from "./run-look";
import type { ComparedRun } from "./run-value";

const ROW_HEIGHT = 30;

interface RunLegendProps {
  runs: readonly ComparedRun[];
  looks: ReadonlyMap<string, RunLook>;
  hidden: ReadonlySet<string>;
  onHidden: (hidden: ReadonlySet<string>) => void;
  /** Takes a run out of the comparison; null where a query chooses the runs. */
  onRemove: ((runId: string) => void) | null;
}

/** The runs of the page with their colours: an eye hides or shows one on all charts, the pointer lifts its lines. */
export function RunLegend({ runs, looks, hidden, onHidden, onRemove }: RunLegendProps) {
  const rows = useMemo(() => runs.map((run, index): VirtualRow & { run: ComparedRun } => ({ key: run.run.id, top: index * ROW_HEIGHT, height: ROW_HEIGHT, run })), [runs]);
  const toggle = (id: string) => {
    const next = new Set(hidden);
    if (!next.delete(id)) next.add(id);
    onHidden(next);
  };
  const shown = runs.filter((run) => !hidden.has(run.run.id)).length;
  return (
    <aside className={styles.legend} aria-label={t("compare.runs")}>
      <div className={styles.legendHead}>
        <span>{t("compare.shown", { count: shown, runs: runs.length })}</span>
        <Button tone="quiet" onClick={() => onHidden(shown === runs.length ? new Set(runs.map((run) => run.run.id)) : new Set())}>
          {shown === runs.length ? t("compare.hideAll") : t("compare.showAll")}
        </Button>
      </div>
      <div className={styles.legendList} tabIndex={0} role="group" aria-label={t("compare.runs")}>
        <VirtualRows rows={rows} height={rows.length * ROW_HEIGHT}>
          {({ run: { run } }) => (
            <div
              className={styles.legendRow}
              data-hidden={hidden.has(run.id)}
              onPointerEnter={() => pageCursor.tell({ source: RunLegend, axis: "", x: Number.NaN, lineId: run.id })}
              onPointerLeave={() => pageCursor.tell(null)}
            >
              <IconButton icon={hidden.has(run.id) ? "eyeOff" : "eye"} label={hidden.has(run.id) ? t("compare.show", { name: run.display_name }) : t("compare.hide", { name: run.display_name })} aria-pressed={!hidden.has(run.id)} onClick={() => toggle(run.id)} />
              <LineSample look={looks.get(run.id)} />
              <Link to="/runs/$runId/overview" params={{ runId: run.id }} className={styles.legendName} title={run.display_name}>
                {run.display_name}
              </Link>
              <button type="button" className={styles.only} onClick={() => onHidden(new Set(runs.map((each) => each.run.id).filter((id) => id !== run.id)))} aria-label={t("compare.onlyThis", { name: run.display_name })}>
                {t("compare.only")}
              </button>
              {onRemove && <IconButton icon="close" label={t("compare.removeRun", { name: run.display_name })} onClick={() => onRemove(run.id)} />}
            </div>
          )}
        </VirtualRows>
      </div>
    </aside>
  );
}

export function LineSample({ look }: { look: RunLook | undefined }) {
  return (
    <svg width={18} height={8} aria-hidden="true" className={styles.sample}>
      <line x1={0} x2={18} y1={4} y2={4} stroke={look?.colour ?? "var(--muted)"} strokeWidth={3} strokeDasharray={look?.dash.join(" ") || undefined} />
    </svg>
  );
}
