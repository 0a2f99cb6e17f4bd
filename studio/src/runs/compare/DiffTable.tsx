import { Link } from "@tanstack/react-router";
import { useLayoutEffect, useMemo, useRef, useState } from "react";
import { CutText } from "../../components/CutText";
import { Checkbox, Select } from "../../components/fields";
import { formatDuration, formatInstant, formatMetric } from "../../components/format";
import { EmptyState } from "../../components/states";
import { t } from "../../text/text";
import styles from "./DiffTable.module.css";
import { type DiffCell, type DiffRow, diffRows } from "./diff-rows";
import { LineSample } from "./RunLegend";
import type { RunLook } from "./run-look";
import { type ComparedRun, FIGURES, type Figure, fieldName } from "./run-value";

const NAME_WIDTH = 220;
const LEAST_WIDTH = 168;
const MOST_WIDTH = 360;
const MARGIN = 3;

interface DiffTableProps {
  runs: readonly ComparedRun[];
  metrics: readonly string[];
  looks: ReadonlyMap<string, RunLook>;
  baseline: string;
  onBaseline: (runId: string) => void;
  all: boolean;
  onAll: (all: boolean) => void;
  find: string;
}

/** What the runs were and gave, a column each: only what differs, compared with a baseline. Columns off the screen do not exist. */
export function DiffTable({ runs, metrics, looks, baseline, onBaseline, all, onAll, find }: DiffTableProps) {
  const [figure, setFigure] = useState<Figure>("last");
  const ordered = useMemo(() => [...runs].sort((left, right) => Number(right.run.id === baseline) - Number(left.run.id === baseline)), [runs, baseline]);
  const rows = useMemo(() => diffRows(ordered, metrics, figure, baseline, all, find), [ordered, metrics, figure, baseline, all, find]);
  const box = useRef<HTMLDivElement>(null);
  const columns = useColumns(box, ordered.length);
  const shown = ordered.slice(columns.from, columns.to);
  const before = columns.from * columns.width;
  const after = (ordered.length - columns.to) * columns.width;
  return (
    <div className={styles.page}>
      <div className={styles.tools}>
        <Select label={t("compare.baseline")} value={baseline} choices={runs.map(({ run }) => [run.id, t("compare.baselineIs", { name: run.display_name })] as const)} onChange={onBaseline} />
        <Select label={t("compare.figure")} value={figure} choices={FIGURES.map((each) => [each, t(`compare.figure.${each}`)] as const)} onChange={setFigure} />
        <Checkbox label={t("compare.onlyDifferent")} checked={!all} onChange={() => onAll(!all)} />
      </div>
      <div ref={box} className={styles.box} tabIndex={0} role="region" aria-label={t("compare.table")}>
        <table className={styles.table} style={{ width: NAME_WIDTH + ordered.length * columns.width }}>
          <caption className="visually-hidden">{t("compare.tableCaption", { count: ordered.length })}</caption>
          <thead>
            <tr>
              <th scope="col" style={{ width: NAME_WIDTH }}>
                {t("compare.field")}
              </th>
              {before > 0 && <td style={{ width: before }} />}
              {shown.map(({ run }) => (
                <th key={run.id} scope="col" style={{ width: columns.width }}>
                  <span className={styles.runHead}>
                    <LineSample look={looks.get(run.id)} />
                    <Link to="/runs/$runId/overview" params={{ runId: run.id }} title={run.display_name} aria-label={run.display_name}>
                      <CutText text={run.display_name} />
                    </Link>
                  </span>
                  {run.id === baseline && <small>{t("compare.isBaseline")}</small>}
                </th>
              ))}
              {after > 0 && <td style={{ width: after }} />}
            </tr>
          </thead>
          {sectionsOf(rows).map(([section, of]) => (
            <tbody key={section}>
              <tr className={styles.section}>
                <th scope="rowgroup">{t(`compare.section.${section}`)}</th>
                <td colSpan={shown.length + Number(before > 0) + Number(after > 0)} />
              </tr>
              {of.map((row) => (
                <tr key={row.name}>
                  <th scope="row" title={fieldName(row.field)}>
                    {row.field.kind === "fact" ? fieldName(row.field) : row.name}
                  </th>
                  {before > 0 && <td />}
                  {row.cells.slice(columns.from, columns.to).map((cell, index) => (
                    <Cell key={shown[index]?.run.id} cell={cell} row={row} />
                  ))}
                  {after > 0 && <td />}
                </tr>
              ))}
            </tbody>
          ))}
        </table>
        {rows.length === 0 && <EmptyState icon="check" title={t("compare.same.title")}>{t("compare.same.body")}</EmptyState>}
      </div>
    </div>
  );
}

function Cell({ cell, row }: { cell: DiffCell; row: DiffRow }) {
  return (
    <td data-differs={cell.differs} title={cell.value === null ? undefined : cellText(cell, row)}>
      <span>{cellText(cell, row)}</span>
      {cell.delta !== null && <small>{`${cell.delta > 0 ? "▲ +" : "▼ −"}${formatMetric(Number((Math.abs(cell.delta) * 100).toPrecision(3)))} %`}</small>}
    </td>
  );
}

function cellText({ value }: DiffCell, { field }: DiffRow): string {
  if (value === null) return "–";
  if (field.kind === "fact" && field.key === "duration" && typeof value === "number") return formatDuration(value);
  if (field.kind === "fact" && field.key === "created") return formatInstant(String(value));
  return typeof value === "number" ? formatMetric(value) : value;
}

function sectionsOf(rows: readonly DiffRow[]): [DiffRow["section"], DiffRow[]][] {
  const sections = new Map<DiffRow["section"], DiffRow[]>();
  for (const row of rows) {
    const section = sections.get(row.section);
    if (section) section.push(row);
    else sections.set(row.section, [row]);
  }
  return [...sections];
}

interface Columns {
  from: number;
  to: number;
  /** Of each column, in pixels. */
  width: number;
}

/** Which columns are on the screen, and a few beside them. Few columns share the room that there is. */
function useColumns(box: React.RefObject<HTMLDivElement | null>, count: number): Columns {
  const [shown, setShown] = useState<Columns>({ from: 0, to: 12, width: LEAST_WIDTH });
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const measure = () => {
      const width = columnWidth(element.clientWidth, count);
      const from = Math.max(0, Math.floor(element.scrollLeft / width) - MARGIN);
      const to = Math.ceil((element.scrollLeft + element.clientWidth) / width) + MARGIN;
      setShown((before) => (before.from === from && before.to === to && before.width === width ? before : { from, to, width }));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener("scroll", measure, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", measure);
    };
  }, [box, count]);
  return { from: Math.min(shown.from, count), to: Math.min(shown.to, count), width: shown.width };
}

/** How wide each of `count` columns is where `room` pixels are there for all: they fill it, within reason. */
export function columnWidth(room: number, count: number): number {
  return Math.min(MOST_WIDTH, Math.max(LEAST_WIDTH, Math.floor((room - NAME_WIDTH) / Math.max(1, count))));
}
