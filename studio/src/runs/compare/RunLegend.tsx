import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo, useRef, useState } from "react";
import { keys } from "../../client/keys";
import { type Run, updateRun } from "../../client/run";
import { useWorkspace } from "../../client/workspace";
import { hexOf } from "../../components/charts/ink";
import { shownColour } from "../../components/run-colour";
import { pageCursor } from "../../components/charts/cursor-group";
import { Button, IconButton } from "../../components/Button";
import { CutText } from "../../components/CutText";
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
              <ColourPicker run={run} look={looks.get(run.id)} />
              <Link to="/runs/$runId/overview" params={{ runId: run.id }} className={styles.legendName} title={run.display_name} aria-label={run.display_name}>
                <CutText text={run.display_name} />
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

const PICKED_AFTER_MS = 400;

/** The run's line; a press on it chooses another colour, which everyone then sees. */
function ColourPicker({ run, look }: { run: Run; look: RunLook | undefined }) {
  const workspace = useWorkspace();
  const client = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [failed, setFailed] = useState(false);
  const pick = (colour: string) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      void updateRun(workspace, run.id, { colour }).then(
        () => {
          setFailed(false);
          return client.invalidateQueries({ queryKey: keys.runs(workspace) });
        },
        () => setFailed(true),
      );
    }, PICKED_AFTER_MS);
  };
  return (
    <label className={styles.picker} title={failed ? t("compare.colourFailed") : t("compare.colourOf", { name: run.display_name })}>
      <LineSample look={look} />
      <input type="color" aria-label={failed ? t("compare.colourFailed") : t("compare.colourOf", { name: run.display_name })} defaultValue={hexOf(shownColour(run))} onChange={(event) => pick(event.target.value)} />
    </label>
  );
}

export function LineSample({ look }: { look: RunLook | undefined }) {
  return (
    <svg width={18} height={8} aria-hidden="true" className={styles.sample}>
      <line x1={0} x2={18} y1={4} y2={4} stroke={look?.colour ?? "var(--muted)"} strokeWidth={3} strokeDasharray={look?.dash.join(" ") || undefined} />
    </svg>
  );
}
