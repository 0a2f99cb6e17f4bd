import { isRecord } from "../client/api";
import type { Run } from "../client/run";

/** What a submitted run was asked to do, as far as it can be read. */
export interface RunDefinition {
  script: string | null;
  command: string | null;
  arguments: string[];
  target: string;
  environment: EnvironmentFacts | null;
  environmentVariables: Record<string, string>;
  maxDurationSeconds: number | null;
  group: { kind: string; nodes: number; processes: number; workers: number; servers: number } | null;
}

/** The environment that a run asked for. A package is its name and what is said of its version. */
export interface EnvironmentFacts {
  name: string | null;
  version: string | null;
  pythonVersion: string | null;
  interpreter: string | null;
  image: string | null;
  channels: string[];
  pip: string[];
  conda: string[];
}

/** Reads the definition of a submitted run; null for an interactive one. */
export function definitionOf(run: Pick<Run, "definition" | "script_name" | "target">): RunDefinition | null {
  const definition = run.definition;
  if (!isRecord(definition)) return null;
  const spec = record(definition.spec);
  return {
    script: text(spec.script),
    command: text(spec.command),
    arguments: texts(spec.arguments),
    target: run.target,
    environment: environmentOf(definition, spec),
    environmentVariables: Object.fromEntries(Object.entries(record(spec.environment_variables)).map(([name, value]) => [name, String(value)])),
    maxDurationSeconds: number(spec.max_run_duration_s),
    group: groupOf(spec.node_group),
  };
}

/** Reads an environment's document, in the field names that run definitions show. */
export function environmentFacts(document: Record<string, unknown>): EnvironmentFacts {
  const python = record(document.python);
  const docker = record(document.docker);
  const dependencies = record(python.condaDependencies).dependencies;
  const listed: unknown[] = Array.isArray(dependencies) ? dependencies : [];
  const conda = listed.filter((item): item is string => typeof item === "string");
  const isPython = (name: string) => /^python(?:[=<> ]|$)/.test(name);
  return {
    name: text(document.name),
    version: text(document.version),
    pythonVersion: conda.find(isPython)?.replace(/^python[= ]*/, "") || null,
    interpreter: python.userManagedDependencies === true ? text(python.interpreterPath) : null,
    image: docker.enabled === true ? text(docker.baseImage) : null,
    channels: texts(record(python.condaDependencies).channels),
    pip: listed.flatMap((item) => (isRecord(item) ? texts(item.pip) : [])),
    conda: conda.filter((name) => !isPython(name) && name !== "pip"),
  };
}

/** Splits a requirement into the name of the package and the rest: `numpy>=1.26` is `numpy` and `>=1.26`. */
export function packageParts(requirement: string): [name: string, version: string] {
  const match = /^\s*([\w.-]+(?:\[[^\]]*\])?)\s*(.*)$/s.exec(requirement);
  return match ? [match[1] ?? "", (match[2] ?? "").trim()] : [requirement, ""];
}

function environmentOf(definition: Record<string, unknown>, spec: Record<string, unknown>): EnvironmentFacts | null {
  if (!isRecord(definition.environment)) return null;
  const facts = environmentFacts(definition.environment);
  const packages = record(spec.packages);
  return { ...facts, pythonVersion: text(packages.python_version) ?? facts.pythonVersion };
}

function groupOf(value: unknown): RunDefinition["group"] {
  if (!isRecord(value)) return null;
  return {
    kind: text(value.kind) ?? "",
    nodes: number(value.node_count) ?? 1,
    processes: number(value.process_count) ?? 1,
    workers: number(value.worker_count) ?? 0,
    servers: number(value.parameter_server_count) ?? 0,
  };
}

function record(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}

function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function number(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
