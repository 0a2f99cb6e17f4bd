import { useState } from "react";
import { ChartCard, PLOT_HEIGHT, WIDE_PLOT_HEIGHT } from "../../../components/charts/ChartCard";
import { csvOf, saveText } from "../../../components/charts/csv";
import { DataTable } from "../../../components/charts/DataTable";
import { formatMetric } from "../../../components/format";
import { useWidth } from "../../../components/useWidth";
import { t } from "../../../text/text";
import { fieldName, parseField, type RunValue, valueOf } from "../run-value";
import { NoValues } from "./PanelMessage";
import { colourOf, type PanelProps } from "./panel-context";
import styles from "./panels.module.css";
import { valueAxis } from "./value-axis";

const LEFT = 58;
const BOTTOM = 38;
const TOP = 8;
const RIGHT = 14;

/** One field of runs against another. */
export function ScatterPanel(props: PanelProps) {
  const { context, panel, title, tools, onWide } = props;
  const [asTable, setAsTable] = useState(false);
  const [box, width] = useWidth();
  const [xField, yField] = [parseField(panel.fields[0] ?? ""), parseField(panel.fields[1] ?? "")];
  if (!xField || !yField) return <NoValues {...props} />;
  const height = panel.wide ? WIDE_PLOT_HEIGHT : PLOT_HEIGHT;
  const [xAxis, yAxis] = [valueAxis(context.runs, xField, width / 90), valueAxis(context.runs, yField)];
  const px = (at: number) => LEFT + ((at - xAxis.range.low) / (xAxis.range.high - xAxis.range.low)) * (width - LEFT - RIGHT);
  const py = (at: number) => height - BOTTOM - ((at - yAxis.range.low) / (yAxis.range.high - yAxis.range.low)) * (height - BOTTOM - TOP);
  const dots = context.runs.flatMap((run) => {
    const [x, y] = [valueOf(run, xField), valueOf(run, yField)];
    const [atX, atY] = [xAxis.place(x), yAxis.place(y)];
    return Number.isFinite(atX) && Number.isFinite(atY) ? [{ run: run.run, x, y, atX, atY }] : [];
  });
  const columns = { [t("compare.run")]: dots.map((dot) => dot.run.display_name), [fieldName(xField)]: dots.map((dot) => dot.x), [fieldName(yField)]: dots.map((dot) => dot.y) };
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
      footer={<span>{t("compare.valuesOf", { count: dots.length, runs: context.runs.length })}</span>}
    >
      <div ref={box}>
        <svg width={width} height={height} role="img" aria-label={t("compare.scatterSummary", { x: fieldName(xField), y: fieldName(yField), count: dots.length })} className={styles.svg}>
          {yAxis.marks.map((mark) => (
            <g key={mark.text}>
              <line x1={LEFT} x2={width - RIGHT} y1={py(mark.at)} y2={py(mark.at)} />
              <text x={LEFT - 6} y={py(mark.at)} textAnchor="end" dominantBaseline="middle">
                {mark.text}
              </text>
            </g>
          ))}
          {xAxis.marks.map((mark) => (
            <g key={mark.text}>
              <line x1={px(mark.at)} x2={px(mark.at)} y1={TOP} y2={height - BOTTOM} />
              <text x={px(mark.at)} y={height - BOTTOM + 14} textAnchor="middle">
                {mark.text}
              </text>
            </g>
          ))}
          <text x={(LEFT + width - RIGHT) / 2} y={height - 4} textAnchor="middle" className={styles.axisName}>
            {fieldName(xField)}
          </text>
          {dots.map(({ run, x, y, atX, atY }) => (
            <circle key={run.id} cx={px(atX)} cy={py(atY)} r={5} fill={colourOf(context, run.id)}>
              <title>{`${run.display_name}: ${valueText(x)}, ${valueText(y)}`}</title>
            </circle>
          ))}
        </svg>
      </div>
    </ChartCard>
  );
}

export function valueText(value: RunValue): string {
  return value === null ? "–" : typeof value === "number" ? formatMetric(value) : value;
}
