import { type FormEvent, useId, useState } from "react";
import { Button } from "../../components/Button";
import { Checkbox, Select } from "../../components/fields";
import fieldStyles from "../../components/fields.module.css";
import { t } from "../../text/text";
import styles from "./ComparePage.module.css";
import { PANEL_KINDS, type Panel, type PanelKind } from "./compare-state";
import { ExpressionError, FUNCTION_NAMES, parseExpression } from "./expression";
import { parseField } from "./run-value";

/** How many fields a kind takes, and whether they are names of metrics or fields of runs. */
const SHAPES: Readonly<Record<PanelKind, { fields: number; more: boolean; names: "lines" | "runs" | "files" }>> = {
  lines: { fields: 1, more: false, names: "lines" },
  bars: { fields: 1, more: false, names: "runs" },
  scatter: { fields: 2, more: false, names: "runs" },
  parallel: { fields: 2, more: true, names: "runs" },
  box: { fields: 1, more: true, names: "runs" },
  confusion: { fields: 1, more: false, names: "files" },
  images: { fields: 1, more: false, names: "files" },
  table: { fields: 1, more: false, names: "files" },
};

interface PanelFormProps {
  panel: Panel | null;
  /** What may be filled in, for completion. */
  metrics: readonly string[];
  files: readonly string[];
  runFields: readonly string[];
  onSave: (panel: Panel) => void;
}

/** What a chart shows: made new, or changed. */
export function PanelForm({ panel, metrics, files, runFields, onSave }: PanelFormProps) {
  const [kind, setKind] = useState<PanelKind>(panel?.kind ?? "lines");
  const [fields, setFields] = useState<string[]>(panel?.fields ?? [""]);
  const [wide, setWide] = useState(panel?.wide ?? false);
  const [problem, setProblem] = useState<string | null>(null);
  const listId = useId();
  const shape = SHAPES[kind];
  const count = shape.more ? Math.max(shape.fields, fields.filter((field) => field !== "").length + 1) : shape.fields;
  const known = shape.names === "lines" ? metrics : shape.names === "files" ? files : runFields;
  const save = (event: FormEvent) => {
    event.preventDefault();
    const given = fields.slice(0, count).map((field) => field.trim()).filter((field) => field !== "");
    const found = problemOf(shape.names, given, shape.fields);
    setProblem(found);
    if (found === null) onSave({ kind, fields: given, wide });
  };
  return (
    <form className={styles.form} onSubmit={save}>
      <Select label={t("compare.kind")} value={kind} choices={PANEL_KINDS.map((each) => [each, t(`compare.kind.${each}`)] as const)} onChange={setKind} />
      <datalist id={listId}>
        {known.slice(0, 500).map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      {Array.from({ length: count }, (_, index) => (
        <input
          key={index}
          className={fieldStyles.input}
          list={listId}
          aria-label={t("compare.fieldNumber", { number: index + 1 })}
          placeholder={t(`compare.placeholder.${shape.names}`)}
          value={fields[index] ?? ""}
          onChange={(event) => setFields(Array.from({ length: Math.max(fields.length, index + 1) }, (_, at) => (at === index ? event.target.value : (fields[at] ?? ""))))}
        />
      ))}
      {shape.names === "lines" && <p className={styles.hint}>{t("compare.formulaHint", { functions: FUNCTION_NAMES.join(", ") })}</p>}
      {shape.names === "runs" && <p className={styles.hint}>{t("compare.fieldHint")}</p>}
      <Checkbox label={t("compare.wide")} checked={wide} onChange={() => setWide(!wide)} />
      {problem !== null && (
        <p role="alert" className={styles.problem}>
          {problem}
        </p>
      )}
      <Button tone="primary" type="submit">
        {panel ? t("action.save") : t("compare.add")}
      </Button>
    </form>
  );
}

/** What is wrong with what was filled in; null when nothing is. */
function problemOf(names: "lines" | "runs" | "files", given: readonly string[], least: number): string | null {
  if (given.length < least) return t("compare.problem.missing");
  if (names === "runs") {
    const unknown = given.find((field) => parseField(field) === null);
    return unknown === undefined ? null : t("compare.problem.field", { field: unknown });
  }
  const formula = given[0] ?? "";
  if (names !== "lines" || !formula.startsWith("=")) return null;
  try {
    parseExpression(formula.slice(1));
    return null;
  } catch (error) {
    return error instanceof ExpressionError ? t(`compare.problem.${error.expected}`, { at: error.at + 2 }) : String(error);
  }
}
