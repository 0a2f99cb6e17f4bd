import { useState } from "react";
import { ChartCard } from "../../../components/charts/ChartCard";
import { csvOf, saveText } from "../../../components/charts/csv";
import { DataTable } from "../../../components/charts/DataTable";
import { formatMetric } from "../../../components/format";
import { t } from "../../../text/text";
import { parseField, valueOf } from "../run-value";
import { NoValues } from "./PanelMessage";
import { colourOf, type PanelProps } from "./panel-context";
import styles from "./panels.module.css";

/** One figure of every run, the greatest first. */
export function BarsPanel(props: PanelProps) {
  const { context, panel, title, tools, onWide } = props;
  const [asTable, setAsTable] = useState(false);
  const field = parseField(panel.fields[0] ?? "");
  const bars = context.runs
    .flatMap((run) => {
      const value = field ? valueOf(run, field) : null;
      return typeof value === "number" && Number.isFinite(value) ? [{ run: run.run, value }] : [];
    })
    .sort((left, right) => right.value - left.value);
  if (bars.length === 0) return <NoValues {...props} />;
  const [low, high] = [Math.min(0, bars.at(-1)?.value ?? 0), Math.max(0, bars[0]?.value ?? 0)];
  const span = high - low || 1;
  const columns = { [t("compare.run")]: bars.map((bar) => bar.run.display_name), [title]: bars.map((bar) => bar.value) };
  return (
    <ChartCard
      name={title}
      tools={tools}
      asTable={asTable}
      onTable={setAsTable}
      table={<DataTable columns={columns} label={t("chart.table", { name: title })} />}
      onCsv={() => saveText(`${title}.csv`, csvOf(columns), "text/csv")}
      wide={panel.wide}
      onWide={onWide}
      footer={<span>{t("compare.valuesOf", { count: bars.length, runs: context.runs.length })}</span>}
    >
      <ol className={styles.bars} tabIndex={0} aria-label={title}>
        {bars.map(({ run, value }) => (
          <li key={run.id}>
            <span className={styles.barName} title={run.display_name}>
              {run.display_name}
            </span>
            <span className={styles.barTrack}>
              <span style={{ left: `${((Math.min(0, value) - low) / span) * 100}%`, width: `${(Math.abs(value) / span) * 100}%`, background: colourOf(context, run.id) }} />
            </span>
            <span className={styles.barValue}>{formatMetric(value)}</span>
          </li>
        ))}
      </ol>
    </ChartCard>
  );
}
