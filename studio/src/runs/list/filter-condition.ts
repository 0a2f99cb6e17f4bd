import { keyedField, quotedValue } from "../query-text";

/** The fields that the filter form offers, with what their values are compared like. */
export const FILTER_FIELDS = {
  name: "text",
  experiment: "text",
  status: "text",
  created: "moment",
  duration: "number",
  metric: "number",
  param: "label",
  tag: "label",
  property: "label",
  submitter: "text",
  target: "text",
  description: "text",
  script: "text",
  children: "number",
  number: "number",
} as const;
export type FilterField = keyof typeof FILTER_FIELDS;

const OPERATORS_OF = {
  text: ["contains", "equals", "not"],
  number: ["less", "more", "equals", "not"],
  label: ["equals", "not", "less", "more", "contains", "present", "absent"],
  moment: ["after", "before"],
} as const;
export type FilterOperator = (typeof OPERATORS_OF)[keyof typeof OPERATORS_OF][number];

export interface FilterForm {
  field: FilterField;
  key: string;
  figure: string;
  operator: FilterOperator;
  value: string;
}

export function operatorsOf(field: FilterField): readonly FilterOperator[] {
  return field === "status" ? ["equals", "not"] : OPERATORS_OF[FILTER_FIELDS[field]];
}

/** True for fields that need a key of the reader's own. */
export function isKeyed(field: FilterField): field is "metric" | "param" | "tag" | "property" {
  return field === "metric" || field === "param" || field === "tag" || field === "property";
}

const SIGNS: Partial<Record<FilterOperator, string>> = { equals: "=", not: "!=", less: "<", more: ">", after: ">", before: "<" };

/** The condition that the form stands for; null while something is missing. */
export function conditionOf({ field, key, figure, operator, value }: FilterForm): string | null {
  if (isKeyed(field) && key.trim() === "") return null;
  const name = isKeyed(field) ? keyedField(field, key.trim(), field === "metric" ? figure : undefined) : field;
  if (operator === "present") return `${name} is not null`;
  if (operator === "absent") return `${name} is null`;
  const text = value.trim();
  if (text === "") return null;
  if (operator === "contains") return `${name} ilike ${JSON.stringify(`%${text.replace(/[%_\\]/g, "\\$&")}%`)}`;
  return `${name} ${SIGNS[operator]} ${quotedValue(text)}`;
}
