import { useState } from "react";
import { ChartCard, PLOT_HEIGHT, WIDE_PLOT_HEIGHT } from "../../../components/charts/ChartCard";
import { DataTable } from "../../../components/charts/DataTable";
import { formatMetric } from "../../../components/format";
import { useWidth } from "../../../components/useWidth";
import { t } from "../../../text/text";
import { parseField, valueOf } from "../run-value";
import { boxOf } from "./box";
import { NoValues } from "./PanelMessage";
import { colourOf, type PanelProps } from "./panel-context";
import styles from "./panels.module.css";
import { valueAxis } from "./value-axis";

const LEFT = 58;
const TOP = 10;
const BOTTOM = 26;

/** How a figure spreads over the runs, or over those of each group. */
export function BoxPanel(props: PanelProps) {
  const { context, panel, title, tools, onWide } = props;
  const [asTable, setAsTable] = useState(false);
  const [box, width] = useWidth();
  const field = parseField(panel.fields[0] ?? "");
  const groupField = parseField(panel.fields[1] ?? "") ?? context.group;
  const groups = new Map<string, { values: number[]; colour: string }>();
  for (const run of context.runs) {
    const value = field ? valueOf(run, field) : null;
    if (typeof value !== "number" || !Number.isFinite(value)) continue;
    const group = groupField ? String(valueOf(run, groupField) ?? "–") : t("compare.allRuns");
    const { values } = groups.get(group) ?? { values: [] };
    groups.set(group, { values: [...values, value], colour: groups.get(group)?.colour ?? (groupField ? colourOf(context, run.run.id) : "var(--run-1)") });
  }
  const boxes = [...groups].sort(([left], [right]) => left.localeCompare(right, undefined, { numeric: true })).flatMap(([group, { values, colour }]) => {
    const found = boxOf(values);
    return found ? [{ group, colour, ...found }] : [];
  });
  if (!field || boxes.length === 0) return <NoValues {...props} />;
  const height = panel.wide ? WIDE_PLOT_HEIGHT : PLOT_HEIGHT;
  const axis = valueAxis(context.runs, field);
  const py = (at: number) => height - BOTTOM - ((at - axis.range.low) / (axis.range.high - axis.range.low)) * (height - BOTTOM - TOP);
  const slot = Math.max(0, width - LEFT - 14) / boxes.length;
  const half = Math.min(28, slot * 0.35);
  const columns = {
    [t("compare.group")]: boxes.map((each) => each.group),
    N: boxes.map((each) => each.count),
    min: boxes.map((each) => each.min),
    "25 %": boxes.map((each) => each.lower),
    [t("compare.median")]: boxes.map((each) => each.median),
    "75 %": boxes.map((each) => each.upper),
    max: boxes.map((each) => each.max),
  };
  return (
    <ChartCard name={title} tools={tools} asTable={asTable} onTable={setAsTable} table={<DataTable columns={columns} label={t("chart.table", { name: title })} />} wide={panel.wide} onWide={onWide} footer={<span>{boxes.map((each) => `${each.group}: N ${each.count}`).join(" · ")}</span>}>
      <div ref={box}>
        <svg width={width} height={height} role="img" aria-label={`${title}: ${boxes.map((each) => `${each.group} ${formatMetric(each.median)}`).join(", ")}`} className={styles.svg}>
          {axis.marks.map((mark) => (
            <g key={mark.text}>
              <line x1={LEFT} x2={width - 14} y1={py(mark.at)} y2={py(mark.at)} />
              <text x={LEFT - 6} y={py(mark.at)} textAnchor="end" dominantBaseline="middle">
                {mark.text}
              </text>
            </g>
          ))}
          {boxes.map((each, index) => {
            const x = LEFT + slot * (index + 0.5);
            const colour = each.colour;
            return (
              <g key={each.group} stroke={colour} strokeWidth={1.5} className={styles.box}>
                <line x1={x} x2={x} y1={py(each.whiskerHigh)} y2={py(each.upper)} stroke={colour} />
                <line x1={x} x2={x} y1={py(each.lower)} y2={py(each.whiskerLow)} stroke={colour} />
                <rect x={x - half} width={half * 2} y={py(each.upper)} height={Math.max(1, py(each.lower) - py(each.upper))} fill={`color-mix(in srgb, ${colour} 20%, transparent)`} />
                <line x1={x - half} x2={x + half} y1={py(each.median)} y2={py(each.median)} stroke={colour} strokeWidth={2.5} />
                {each.outliers.map((value, place) => (
                  <circle key={place} cx={x} cy={py(value)} r={3} fill="none" />
                ))}
                <text x={x} y={height - 8} textAnchor="middle">
                  {each.group}
                </text>
              </g>
            );
          })}
        </svg>
      </div>
    </ChartCard>
  );
}
