import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { RUN_STATUSES, type RunQuery, type RunStatus } from "../../../client/run";
import { countValues } from "../../../client/run-group";
import type { FindNames } from "../../../client/run-names";
import { useWorkspace } from "../../../client/workspace";
import { Button } from "../../../components/Button";
import { Checkbox, Select } from "../../../components/fields";
import fieldStyles from "../../../components/fields.module.css";
import { formatCount } from "../../../components/format";
import { StatusBadge } from "../../../components/StatusBadge";
import { t, type TextId } from "../../../text/text";
import { conditionOf, FILTER_FIELDS, type FilterField, type FilterForm, isKeyed, operatorsOf } from "../filter-condition";
import { FIGURES } from "../query-completion";
import { withCondition } from "../../query-text";
import { queryOf, type RunView } from "../run-view";
import { askedStatuses, withStatuses } from "../status-condition";
import styles from "./panels.module.css";

interface FilterPanelProps {
  view: RunView;
  within: RunQuery;
  onQuery: (query: string) => void;
  names: FindNames;
}

const EMPTY: FilterForm = { field: "metric", key: "", figure: "last", operator: "less", value: "" };

/** Makes conditions without knowing the language: each goes into the query as text. */
export function FilterPanel({ view, within, onQuery, names }: FilterPanelProps) {
  const { query } = view;
  const statusCounts = useStatusCounts(view, within);
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
        {isKeyed(form.field) && <NameInput label={t("filter.key")} find={keysOf(names, form.field)} of={form.field} value={form.key} onChange={(key) => setForm({ ...form, key })} />}
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

/** How many runs of each status there are, whatever statuses the query asks for; null while that is not known. */
function useStatusCounts(view: RunView, within: RunQuery): Readonly<Record<string, number>> | null {
  const workspace = useWorkspace();
  const query = queryOf({ ...view, query: withStatuses(view.query, []) }, within);
  const counts = useQuery({ queryKey: ["facets", workspace, query], queryFn: ({ signal }) => countValues(workspace, query, "status", signal), staleTime: 0, retry: false });
  return counts.data ?? null;
}

function fieldChoices(): (readonly [FilterField, string])[] {
  const fields = Object.keys(FILTER_FIELDS).flatMap((name) => (isFilterField(name) ? [name] : []));
  return fields.map((field) => [field, t(fieldText(field))] as const);
}

function keysOf(names: FindNames, field: "metric" | "param" | "tag" | "property") {
  return (text: string) => names.keys(field, text);
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
    return <NameInput label={label} find={(text) => names.values(field, text)} of={field} value={form.value} onChange={onChange} />;
  }
  return <input className={fieldStyles.input} aria-label={label} placeholder={label} value={form.value} onChange={(event) => onChange(event.target.value)} />;
}

interface NameInputProps {
  label: string;
  /** What the names are of. */
  of: string;
  find: (text: string) => Promise<readonly string[]>;
  value: string;
  onChange: (value: string) => void;
}

/** A text with the names that there are to choose from. */
function NameInput({ label, of, find, value, onChange }: NameInputProps) {
  const id = useId();
  const found = useQuery({ queryKey: ["names", of, value], queryFn: () => find(value), placeholderData: (previous) => previous, staleTime: 0 });
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
