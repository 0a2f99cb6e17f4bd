import { type MetricSummary, numberOf } from "../../client/metric";
import { durationOf, type Run } from "../../client/run";
import { t } from "../../text/text";
import { argumentsOf, parametersOf } from "../arguments";

/** A run with the figures of its metrics. */
export interface ComparedRun {
  run: Run;
  metrics: ReadonlyMap<string, MetricSummary>;
}

export type RunValue = number | string | null;

/** Which figure of a metric is compared. */
export const FIGURES = ["last", "min", "max", "mean", "first"] as const;
export type Figure = (typeof FIGURES)[number];

/** What can be compared of a run. As a text: `status`, `p:lr`, `t:quality`, `x:author`, `m:val/acc@max`. */
export type RunField = { kind: "fact"; key: Fact } | { kind: "argument" | "tag" | "property"; key: string } | { kind: "metric"; key: string; figure: Figure };

export const FACTS = ["status", "experiment", "duration", "created", "submitter", "target", "script"] as const;
export type Fact = (typeof FACTS)[number];

const PREFIXES = { argument: "p:", tag: "t:", property: "x:", metric: "m:" } as const;

export function fieldText(field: RunField): string {
  if (field.kind === "fact") return field.key;
  return `${PREFIXES[field.kind]}${field.key}${field.kind === "metric" ? `@${field.figure}` : ""}`;
}

/** Null for what names no field. */
export function parseField(text: string): RunField | null {
  const fact = FACTS.find((each) => each === text);
  if (fact) return { kind: "fact", key: fact };
  const [prefix, key] = [text.slice(0, 2), text.slice(2)];
  if (key === "") return null;
  if (prefix === "p:") return { kind: "argument", key };
  if (prefix === "t:") return { kind: "tag", key };
  if (prefix === "x:") return { kind: "property", key };
  if (prefix !== "m:") return null;
  const at = key.lastIndexOf("@");
  const figure = FIGURES.find((each) => each === key.slice(at + 1));
  return at < 1 || figure === undefined ? { kind: "metric", key, figure: "last" } : { kind: "metric", key: key.slice(0, at), figure };
}

/** How a field is called where its kind is plain from what is around it. */
export function fieldName(field: RunField): string {
  if (field.kind === "fact") return t(`column.${field.key}`);
  return field.kind === "metric" && field.figure !== "last" ? `${field.key} (${field.figure})` : field.key;
}

/** What a run has there: a number where it reads as one, null where it has nothing. */
export function valueOf({ run, metrics }: ComparedRun, field: RunField): RunValue {
  switch (field.kind) {
    case "fact":
      return factOf(run, field.key);
    case "argument":
      return numberOrText(parametersOf(argumentsOf(run))[field.key]);
    case "tag":
      return numberOrText(run.tags?.[field.key] ?? (field.key in (run.tags ?? {}) ? "✓" : undefined));
    case "property":
      return numberOrText(run.properties?.[field.key]);
    case "metric": {
      const value = metrics.get(field.key)?.[field.figure];
      const number = numberOf(value);
      return number ?? (value === null || value === undefined ? null : String(value));
    }
  }
}

function factOf(run: Run, fact: Fact): RunValue {
  switch (fact) {
    case "status":
      return run.status;
    case "experiment":
      return run.experiment;
    case "duration":
      return durationOf(run, Date.now());
    case "created":
      return run.created_at;
    case "submitter":
      return run.submitted_by ?? null;
    case "target":
      return run.target;
    case "script":
      return run.script_name ?? null;
  }
}

function numberOrText(text: string | null | undefined): RunValue {
  if (text === null || text === undefined) return null;
  const trimmed = text.trim();
  const number = Number(trimmed);
  return trimmed !== "" && Number.isFinite(number) ? number : text;
}

/** The arguments, tags and properties that at least one of the runs has, in the order in which they are met. */
export function keysOf(runs: readonly ComparedRun[]): { arguments: string[]; tags: string[]; properties: string[] } {
  const [args, tags, properties] = [new Set<string>(), new Set<string>(), new Set<string>()];
  for (const { run } of runs) {
    for (const key of Object.keys(parametersOf(argumentsOf(run)))) args.add(key);
    for (const key of Object.keys(run.tags ?? {})) tags.add(key);
    for (const key of Object.keys(run.properties ?? {})) properties.add(key);
  }
  return { arguments: [...args], tags: [...tags], properties: [...properties] };
}
