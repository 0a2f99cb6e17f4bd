import { useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import type { FindNames } from "../../../client/run-names";
import { Button, IconButton } from "../../../components/Button";
import fieldStyles from "../../../components/fields.module.css";
import { t } from "../../../text/text";
import { keyedField } from "../../query-text";
import { GROUP_FIELDS_MAX } from "../run-view";
import styles from "./panels.module.css";

interface GroupPanelProps {
  group: readonly string[];
  names: FindNames;
  onChange: (group: string[]) => void;
}

/** More than this are found by typing. */
const OFFERED_MOST = 18;
const PLAIN = ["status", "experiment", "target", "submitter", "script", "type"];

/** The fields that runs are grouped by: those that are alike in all of them become one row. */
export function GroupPanel({ group, names, onChange }: GroupPanelProps) {
  const id = useId();
  const keys = useQuery({ queryKey: ["names", "group"], queryFn: () => allKeys(names), staleTime: 0 });
  const shown = group.length < GROUP_FIELDS_MAX ? [...group, ""] : group;
  const change = (index: number, field: string) => onChange(shown.map((each, at) => (at === index ? field.trim() : each)).filter((each) => each !== ""));
  const fields = [...PLAIN, ...(keys.data ?? [])];
  const choices = [...new Set([...fields.filter((field) => !field.startsWith("property.")).slice(0, OFFERED_MOST), ...group])];
  const toggle = (field: string) => onChange(group.includes(field) ? group.filter((each) => each !== field) : [...group, field]);
  return (
    <div className={styles.panel}>
      {shown.map((field, index) => (
        // A field is known by its place: it is what is being typed.
        <div key={index} className={styles.line}>
          <FieldInput
            list={id}
            label={t("group.field", { number: index + 1 })}
            placeholder={index === 0 ? t("group.placeholder") : t("group.add")}
            field={field}
            isWhole={(text) => isWhole(text, keys.data ?? [])}
            onChange={(text) => change(index, text)}
          />
          {field !== "" && <IconButton icon="close" label={t("columns.remove", { name: field })} onClick={() => onChange(group.filter((_, at) => at !== index))} />}
        </div>
      ))}
      <div role="group" aria-label={t("group.title")} className={styles.choices}>
        {choices.map((field) => (
          <button key={field} type="button" aria-pressed={group.includes(field)} disabled={group.length >= GROUP_FIELDS_MAX && !group.includes(field)} className={styles.choice} onClick={() => toggle(field)}>
            {field}
          </button>
        ))}
      </div>
      <datalist id={id}>
        {fields.map((field) => (
          <option key={field} value={field} />
        ))}
      </datalist>
      {group.length > 0 && <Button onClick={() => onChange([])}>{t("group.clear")}</Button>}
    </div>
  );
}

interface FieldInputProps {
  list: string;
  label: string;
  placeholder: string;
  field: string;
  /** True for a text that is taken while it is typed; any other when the field is left. */
  isWhole: (text: string) => boolean;
  onChange: (field: string) => void;
}

/** What is typed, until `field` becomes another one: then that. */
function FieldInput({ list, label, placeholder, field, isWhole, onChange }: FieldInputProps) {
  const [typed, setTyped] = useState({ field, text: field });
  if (typed.field !== field) setTyped({ field, text: field });
  const leave = () => typed.text.trim() !== field && onChange(typed.text);
  return (
    <input
      className={fieldStyles.input}
      list={list}
      aria-label={label}
      placeholder={placeholder}
      value={typed.text}
      onChange={({ target }) => {
        setTyped({ field, text: target.value });
        if (isWhole(target.value)) onChange(target.value);
      }}
      onBlur={leave}
      onKeyDown={(event) => event.key === "Enter" && leave()}
    />
  );
}

/** True when a suggestion was taken, and not while a longer one may still be typed. */
function isWhole(field: string, keys: readonly string[]): boolean {
  const all = [...PLAIN, ...keys];
  return all.includes(field) && !all.some((each) => each !== field && each.startsWith(field));
}

async function allKeys(names: FindNames): Promise<string[]> {
  const kinds = ["param", "tag", "property"] as const;
  const found = await Promise.all(kinds.map(async (kind) => (await names.keys(kind, "")).map((key) => keyedField(kind, key))));
  return found.flat();
}
