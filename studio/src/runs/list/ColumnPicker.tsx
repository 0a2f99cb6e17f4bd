import { useQueries } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { runMetricsQuery } from "../../client/metric";
import { useWorkspace } from "../../client/workspace";
import { Button, IconButton } from "../../components/Button";
import { Checkbox } from "../../components/fields";
import fieldStyles from "../../components/fields.module.css";
import { LazyPopoverButton } from "../../components/LazyPopoverButton";
import { t } from "../../text/text";
import { argumentsOf, parametersOf } from "../arguments";
import { aggregateLabel, columnLabel } from "./cells";
import { AGGREGATES, type Column, columnToken, PLAIN_COLUMNS } from "./column";
import styles from "./RunTable.module.css";
import type { RunPages } from "./run-pages";

/** Metric names are gathered from this many of the runs in the list; any other name can be typed. */
const RUNS_ASKED = 4;

interface ColumnPickerProps {
  columns: readonly Column[];
  pages: RunPages;
  onChange: (columns: Column[]) => void;
  onReset: () => void;
}

export function ColumnPicker(props: ColumnPickerProps) {
  return (
    <LazyPopoverButton icon="columns" label={t("columns.button")} title={t("columns.title")}>
      <Picker {...props} />
    </LazyPopoverButton>
  );
}

function Picker({ columns, pages, onChange, onReset }: ColumnPickerProps) {
  const tokens = new Set(columns.map(columnToken));
  const has = (column: Column) => tokens.has(columnToken(column));
  const toggle = (column: Column) => {
    const token = columnToken(column);
    onChange(has(column) ? columns.filter((each) => columnToken(each) !== token) : [...columns, column]);
  };
  const rows = pages.loadedRows();
  const found: Column[] = [
    ...distinct(rows.flatMap((row) => Object.keys(row.run.tags ?? {}))).map((key): Column => ({ kind: "tag", key })),
    ...distinct(rows.flatMap((row) => Object.keys(parametersOf(argumentsOf(row.run))))).map((key): Column => ({ kind: "argument", key })),
  ];
  return (
    <div className={styles.picker}>
      <section>
        <h3>{t("columns.facts")}</h3>
        <div className={styles.pickerColumns}>
          {PLAIN_COLUMNS.map((key) => (
            <Checkbox key={key} label={t(`column.${key}`)} checked={has({ kind: "plain", key })} onChange={() => toggle({ kind: "plain", key })} />
          ))}
        </div>
      </section>
      <MetricColumns rows={rows.slice(0, RUNS_ASKED).map((row) => row.run.id)} has={has} toggle={toggle} columns={columns} />
      {found.length > 0 && (
        <section>
          <h3>{t("columns.tagsAndArguments")}</h3>
          <div className={styles.pickerColumns}>
            {found.map((column) => (
              <Checkbox key={columnToken(column)} label={`${column.key} (${columnLabel(column).detail ?? ""})`} checked={has(column)} onChange={() => toggle(column)} />
            ))}
          </div>
        </section>
      )}
      <ColumnOrder columns={columns} onChange={onChange} />
      <Button onClick={onReset}>{t("columns.reset")}</Button>
    </div>
  );
}

interface MetricColumnsProps {
  rows: readonly string[];
  columns: readonly Column[];
  has: (column: Column) => boolean;
  toggle: (column: Column) => void;
}

function MetricColumns({ rows, columns, has, toggle }: MetricColumnsProps) {
  const workspace = useWorkspace();
  const [name, setName] = useState("");
  const answers = useQueries({ queries: rows.map((id) => runMetricsQuery(workspace, id)) });
  const logged = answers.flatMap((answer) => answer.data?.metrics.filter((metric) => metric.family === "series").map((metric) => metric.name) ?? []);
  const shown = columns.flatMap((column) => (column.kind === "metric" ? [column.key] : []));
  const add = (event: FormEvent) => {
    event.preventDefault();
    const key = name.trim();
    if (key !== "" && !has({ kind: "metric", key, aggregate: "last" })) toggle({ kind: "metric", key, aggregate: "last" });
    setName("");
  };
  return (
    <section>
      <h3>{t("columns.metrics")}</h3>
      {distinct([...logged, ...shown]).map((key) => (
        <div key={key} className={styles.metricRow} role="group" aria-label={key}>
          <span title={key}>{key}</span>
          {AGGREGATES.map((aggregate) => (
            <Button key={aggregate} tone="quiet" aria-pressed={has({ kind: "metric", key, aggregate })} onClick={() => toggle({ kind: "metric", key, aggregate })}>
              {aggregateLabel(aggregate)}
            </Button>
          ))}
        </div>
      ))}
      <form className={styles.add} onSubmit={add}>
        <input className={fieldStyles.input} value={name} onChange={(event) => setName(event.target.value)} aria-label={t("columns.metricName")} placeholder={t("columns.metricName")} />
        <Button type="submit">{t("action.add")}</Button>
      </form>
    </section>
  );
}

function ColumnOrder({ columns, onChange }: { columns: readonly Column[]; onChange: (columns: Column[]) => void }) {
  const move = (from: number, to: number) => {
    const next = [...columns];
    next.splice(to, 0, ...next.splice(from, 1));
    onChange(next);
  };
  return (
    <section>
      <h3>{t("columns.order")}</h3>
      {columns.map((column, index) => {
        const { label, detail } = columnLabel(column);
        const name = detail ? `${label} (${detail})` : label;
        return (
          <div key={columnToken(column)} className={styles.order}>
            <span title={name}>{name}</span>
            <IconButton icon="arrowUp" label={t("columns.up", { name })} disabled={index === 0} onClick={() => move(index, index - 1)} />
            <IconButton icon="arrowDown" label={t("columns.down", { name })} disabled={index === columns.length - 1} onClick={() => move(index, index + 1)} />
            <IconButton icon="close" label={t("columns.remove", { name })} onClick={() => onChange(columns.filter((_, at) => at !== index))} />
          </div>
        );
      })}
    </section>
  );
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
