import { useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import type { FindNames, NameKind } from "../../../client/run-names";
import { Button, IconButton } from "../../../components/Button";
import { Checkbox, Select } from "../../../components/fields";
import fieldStyles from "../../../components/fields.module.css";
import { t, type TextId } from "../../../text/text";
import { aggregateLabel, columnLabel } from "../column-look";
import { AGGREGATES, type Best, BESTS, type Column, columnToken, PLAIN_COLUMNS, ROLL_UPS } from "../column";
import styles from "./panels.module.css";

interface ColumnPanelProps {
  columns: readonly Column[];
  names: FindNames;
  onChange: (columns: Column[]) => void;
  onReset: () => void;
}

type KeyedKind = "tag" | "argument" | "property";

/** Which columns the list has, and in which order. */
export function ColumnPanel({ columns, names, onChange, onReset }: ColumnPanelProps) {
  const [find, setFind] = useState("");
  const tokens = new Set(columns.map(columnToken));
  const has = (column: Column) => tokens.has(columnToken(column));
  const toggle = (column: Column) => {
    const token = columnToken(column);
    onChange(has(column) ? columns.filter((each) => columnToken(each) !== token) : [...columns, column]);
  };
  const text = find.trim().toLowerCase();
  const facts = PLAIN_COLUMNS.filter((key) => t(`column.${key}`).toLowerCase().includes(text));
  const shared = { find, names, has, toggle };
  return (
    <div className={styles.panel}>
      <input className={fieldStyles.input} type="text" role="searchbox" aria-label={t("columns.search")} placeholder={t("columns.search")} value={find} onChange={(event) => setFind(event.target.value)} />
      <ColumnOrder columns={columns} onChange={onChange} />
      {facts.length > 0 && (
        <section>
          <h3>{t("columns.facts")}</h3>
          {facts.map((key) => (
            <Checkbox key={key} label={t(`column.${key}`)} checked={has({ kind: "plain", key })} onChange={() => toggle({ kind: "plain", key })} />
          ))}
        </section>
      )}
      <MetricColumns {...shared} />
      <KeyedColumns {...shared} kind="argument" title="columns.arguments" />
      <KeyedColumns {...shared} kind="tag" title="columns.tags" />
      <KeyedColumns {...shared} kind="property" title="columns.properties" />
      {find.trim() !== "" && <AddByName name={find.trim()} has={has} toggle={toggle} />}
      <Button onClick={onReset}>{t("columns.reset")}</Button>
    </div>
  );
}

interface PartProps {
  find: string;
  names: FindNames;
  has: (column: Column) => boolean;
  toggle: (column: Column) => void;
}

const NAME_KINDS = { tag: "tag", argument: "param", property: "property" } as const;

function KeyedColumns({ kind, title, find, names, has, toggle }: PartProps & { kind: KeyedKind; title: TextId }) {
  const found = useNames(names, NAME_KINDS[kind], find);
  if (found.length === 0) return null;
  return (
    <section>
      <h3>{t(title)}</h3>
      {found.map((key) => (
        <Checkbox key={key} label={key} checked={has({ kind, key })} onChange={() => toggle({ kind, key })} />
      ))}
    </section>
  );
}

function MetricColumns({ find, names, has, toggle }: PartProps) {
  const found = useNames(names, "metric", find);
  if (found.length === 0) return null;
  return (
    <section>
      <h3>{t("columns.metrics")}</h3>
      {found.map((key) => (
        <MetricChoice key={key} name={key} names={names} has={has} toggle={toggle} />
      ))}
    </section>
  );
}

/** A metric, and which of its figures are columns. */
function MetricChoice({ name, names, has, toggle }: { name: string } & Pick<PartProps, "names" | "has" | "toggle">) {
  const [open, setOpen] = useState(false);
  const chosen = AGGREGATES.filter((aggregate) => has({ kind: "metric", key: name, aggregate }));
  const shown = open ? AGGREGATES : AGGREGATES.filter((aggregate) => aggregate === "last" || aggregate === "min" || aggregate === "max" || chosen.includes(aggregate));
  return (
    <div role="group" aria-label={name}>
      <div className={styles.line}>
        <span title={name}>{name}</span>
        <IconButton icon={open ? "chevronDown" : "chevronRight"} label={t("columns.rollUps")} aria-expanded={open} onClick={() => setOpen(!open)} />
      </div>
      <div className={styles.figures}>
        {shown.map((aggregate) => (
          <Button key={aggregate} tone="quiet" aria-pressed={chosen.includes(aggregate)} onClick={() => toggle({ kind: "metric", key: name, aggregate })}>
            {aggregateLabel(aggregate)}
          </Button>
        ))}
        {open &&
          ROLL_UPS.map((over) => {
            const column: Column = { kind: "rollUp", key: name, aggregate: "last", over };
            return (
              <Button key={over} tone="quiet" aria-pressed={has(column)} onClick={() => toggle(column)}>
                {columnLabel(column).detail}
              </Button>
            );
          })}
      </div>
      {open && <AtChoice name={name} names={names} has={has} toggle={toggle} />}
    </div>
  );
}

/** The metric where another one, written by name, is best. */
function AtChoice({ name, names, has, toggle }: { name: string } & Pick<PartProps, "names" | "has" | "toggle">) {
  const [other, setOther] = useState("");
  const [best, setBest] = useState<Best>("min");
  const listId = useId();
  const found = useNames(names, "metric", other);
  const column: Column = { kind: "at", key: name, other: other.trim(), best };
  return (
    <div className={styles.form}>
      <input className={fieldStyles.input} aria-label={t("columns.at", { name })} placeholder={t("columns.at.other")} list={listId} value={other} onChange={(event) => setOther(event.target.value)} />
      <datalist id={listId}>
        {found.map((each) => (
          <option key={each} value={each} />
        ))}
      </datalist>
      <Select label={t("columns.at.best")} choices={BESTS.map((each) => [each, aggregateLabel(each)] as const)} value={best} onChange={setBest} />
      <Button icon="plus" disabled={other.trim() === ""} aria-disabled={has(column)} onClick={() => has(column) || toggle(column)}>
        {t("columns.at.add")}
      </Button>
    </div>
  );
}

/** What was typed may be the name of something that no run on the screen has. */
function AddByName({ name, has, toggle }: { name: string } & Pick<PartProps, "has" | "toggle">) {
  const columns: (readonly [Column, TextId])[] = [
    [{ kind: "metric", key: name, aggregate: "last" }, "columns.addMetric"],
    [{ kind: "argument", key: name }, "columns.addArgument"],
    [{ kind: "tag", key: name }, "columns.addTag"],
    [{ kind: "property", key: name }, "columns.addProperty"],
  ];
  return (
    <section>
      <h3>{t("columns.noneFound")}</h3>
      <div className={styles.figures}>
        {columns.map(([column, text]) => (
          <Button key={text} icon="plus" tone="quiet" aria-disabled={has(column)} onClick={() => has(column) || toggle(column)}>
            {t(text, { key: name })}
          </Button>
        ))}
      </div>
    </section>
  );
}

/** The shown columns: dragged, or moved with the buttons. */
function ColumnOrder({ columns, onChange }: { columns: readonly Column[]; onChange: (columns: Column[]) => void }) {
  const [over, setOver] = useState(-1);
  const [from, setFrom] = useState(-1);
  return (
    <section>
      <h3>{t("columns.shown")}</h3>
      {columns.map((column, index) => {
        const { label, detail } = columnLabel(column);
        const name = detail ? `${label} (${detail})` : label;
        return (
          <div
            key={columnToken(column)}
            className={`${styles.line} ${over === index ? styles.dragging : ""}`}
            draggable
            onDragStart={() => setFrom(index)}
            onDragOver={(event) => {
              event.preventDefault();
              setOver(index);
            }}
            onDragEnd={() => setOver(-1)}
            onDrop={() => {
              setOver(-1);
              if (from >= 0) onChange(moved(columns, from, index));
            }}
          >
            <span title={name}>{name}</span>
            <IconButton icon="arrowUp" label={t("columns.up", { name })} disabled={index === 0} onClick={() => onChange(moved(columns, index, index - 1))} />
            <IconButton icon="arrowDown" label={t("columns.down", { name })} disabled={index === columns.length - 1} onClick={() => onChange(moved(columns, index, index + 1))} />
            <IconButton icon="close" label={t("columns.remove", { name })} onClick={() => onChange(columns.filter((_, at) => at !== index))} />
          </div>
        );
      })}
    </section>
  );
}

/** The columns with the one at `from` where the one at `to` was. */
export function moved(columns: readonly Column[], from: number, to: number): Column[] {
  const next = [...columns];
  next.splice(to, 0, ...next.splice(from, 1));
  return next;
}

function useNames(names: FindNames, kind: NameKind, find: string): readonly string[] {
  return useQuery({ queryKey: ["names", kind, find], queryFn: () => names.keys(kind, find.trim()), placeholderData: (previous) => previous, staleTime: 0 }).data ?? [];
}
