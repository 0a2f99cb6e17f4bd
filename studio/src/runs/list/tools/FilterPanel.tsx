import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { RUN_STATUSES, type RunStatus } from "../../../client/run";
import { Button } from "../../../components/Button";
import { Checkbox, Select } from "../../../components/fields";
import fieldStyles from "../../../components/fields.module.css";
import { formatCount } from "../../../components/format";
import { StatusBadge } from "../../../components/StatusBadge";
import { t, type TextId } from "../../../text/text";
import { conditionOf, FILTER_FIELDS, type FilterField, type FilterForm, isKeyed, operatorsOf } from "../filter-condition";
import type { FindNames, NameKind } from "../names";
import { FIGURES } from "../query-completion";
import { withCondition } from "../../query-text";
import { askedStatuses, withStatuses } from "../status-condition";
import styles from "./panels.module.css";

interface FilterPanelProps {
  query: string;
  onQuery: (query: string) => void;
  names: FindNames;
  /** How many runs of each status there are, where it is known. */
  statusCounts: Readonly<Record<string, number>> | null;
}

const EMPTY: FilterForm = { field: "metric", key: "", figure: "last", operator: "less", value: "" };

/** Makes conditions without knowing the language: each goes into the query as text. */
export function FilterPanel({ query, onQuery, names, statusCounts }: FilterPanelProps) {
  const [form, setForm] = useState(EMPTY);
  const asked = askedStatuses(query);
  const toggle = (status: RunStatus) => onQuery(withStatuses(query, asked.includes(status) ? asked.filter((each) => each !== status) : [...asked, status]));
  const condition = conditionOf(form);
  const add = (event: FormEvent) => {
    event.preventDefault();
    if (condition === null) return;
    onQuery(withCondition(query, condition));
    setForm({ ...form, value: "" });
  };
  const chooseField = (field: FilterField) => setForm({ ...EMPTY, field, operator: operatorsOf(field)[0] ?? "equals" });
  const needsValue = form.operator !== "present" && form.operator !== "absent";
  return (
    <div className={styles.panel}>
      <form className={styles.form} onSubmit={add}>
        <Select label={t("filter.field")} choices={fieldChoices()} value={form.field} onChange={chooseField} />
        {isKeyed(form.field) && <NameInput label={t("filter.key")} kind={form.field} names={names} value={form.key} onChange={(key) => setForm({ ...form, key })} />}
        {form.field === "metric" && <Select label={t("filter.figure")} choices={FIGURES.map((figure) => [figure, t(`aggregate.${figure}`)] as const)} value={form.figure} onChange={(figure) => setForm({ ...form, figure })} />}
        <Select label={t("filter.operator")} choices={operatorsOf(form.field).map((operator) => [operator, t(`filter.op.${operator}`)] as const)} value={form.operator} onChange={(operator) => setForm({ ...form, operator })} />
        {needsValue && <ValueInput form={form} names={names} onChange={(value) => setForm({ ...form, value })} />}
        <Button type="submit" tone="primary" disabled={condition === null}>
          {t("filter.add")}
        </Button>
      </form>
      <fieldset className={styles.set}>
        <legend>{t("filter.status")}</legend>
        {RUN_STATUSES.filter((status) => statusCounts === null || (statusCounts[status] ?? 0) > 0 || asked.includes(status)).map((status) => (
          <Checkbox
            key={status}
            label={
              <span className={styles.facet}>
                <StatusBadge status={status} plain />
                {statusCounts && <span>{formatCount(statusCounts[status] ?? 0)}</span>}
              </span>
            }
            checked={asked.includes(status)}
            onChange={() => toggle(status)}
          />
        ))}
      </fieldset>
    </div>
  );
}

function fieldChoices(): (readonly [FilterField, string])[] {
  const fields = Object.keys(FILTER_FIELDS).flatMap((name) => (isFilterField(name) ? [name] : []));
  return fields.map((field) => [field, t(fieldText(field))] as const);
}

function isFilterField(name: string): name is FilterField {
  return name in FILTER_FIELDS;
}

function fieldText(field: FilterField): TextId {
  const keyed = { metric: "filter.metric", param: "filter.param", tag: "filter.tag", property: "filter.property" } as const;
  return isKeyed(field) ? keyed[field] : `column.${field}`;
}

function ValueInput({ form, names, onChange }: { form: FilterForm; names: FindNames; onChange: (value: string) => void }) {
  const label = t("filter.value");
  const { field } = form;
  if (field === "status") {
    const choices = [["", "–"] as const, ...RUN_STATUSES.map((status) => [status, t(`status.${status}`)] as const)];
    return <Select label={label} choices={choices} value={form.value} onChange={onChange} />;
  }
  if (field === "experiment" || field === "submitter" || field === "target" || field === "script") {
    return <NameInput label={label} kind={field} names={names} value={form.value} onChange={onChange} />;
  }
  return <input className={fieldStyles.input} aria-label={label} placeholder={label} value={form.value} onChange={(event) => onChange(event.target.value)} />;
}

interface NameInputProps {
  label: string;
  kind: NameKind;
  names: FindNames;
  value: string;
  onChange: (value: string) => void;
}

/** A text with the names that there are to choose from. */
export function NameInput({ label, kind, names, value, onChange }: NameInputProps) {
  const id = useId();
  const found = useQuery({ queryKey: ["names", kind, value], queryFn: () => names(kind, value), placeholderData: (previous) => previous, staleTime: 0 });
  return (
    <>
      <input className={fieldStyles.input} list={id} aria-label={label} placeholder={label} value={value} onChange={(event) => onChange(event.target.value)} />
      <datalist id={id}>
        {(found.data ?? []).map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </>
  );
}
