import type { Run } from "../client/run";
import { definitionOf, type EnvironmentFacts, type RunDefinition } from "./run-definition";

/** How to submit a run like this one again: code to paste, in Python and for the command line. */
export interface Resubmission {
  python: string;
  /** Null for a shell command, which the command line has no form for. */
  command: string | null;
}

/** Returns null for a run that was not submitted: there is no script to start. */
export function resubmission(run: Run): Resubmission | null {
  const definition = definitionOf(run);
  if (definition === null || (definition.script === null && definition.command === null)) return null;
  return { python: pythonCode(run, definition), command: commandLine(run, definition) };
}

function pythonCode(run: Run, definition: RunDefinition): string {
  const parts = environmentCode(definition.environment);
  const group = groupCode(definition.group);
  const imports = ["Experiment", "ScriptRunConfig", "Workspace", ...parts.imports, ...group.imports].sort();
  const options = [
    `source_directory="resubmit"`,
    ...(definition.script === null ? [`command=${python(definition.command ?? "")}`] : [`script=${python(definition.script)}`]),
    ...(definition.arguments.length > 0 ? [`arguments=[${definition.arguments.map(python).join(", ")}]`] : []),
    `compute_target=${python(definition.target)}`,
    ...(parts.code.length > 0 ? ["environment=environment"] : []),
    ...group.options,
  ];
  return [
    "import shutil",
    "",
    `from runyard import ${imports.join(", ")}`,
    "",
    `ws = Workspace.get(${python(run.workspace)})`,
    "# The code as it was when the run was submitted.",
    `snapshot = ws.get_run(${python(run.id)}).restore_snapshot()`,
    `shutil.unpack_archive(snapshot, "resubmit")`,
    ...parts.code,
    "config = ScriptRunConfig(",
    ...options.map((option) => `    ${option},`),
    ")",
    ...Object.entries(definition.environmentVariables).map(([name, value]) => `config.run_config.environment_variables[${python(name)}] = ${python(value)}`),
    `run = Experiment(ws, ${python(run.experiment)}).submit(config)`,
    `print(run.get_portal_url())`,
  ].join("\n");
}

function environmentCode(environment: EnvironmentFacts | null): { imports: string[]; code: string[] } {
  if (environment === null) return { imports: [], code: [] };
  if (environment.name !== null && environment.version !== null) {
    return { imports: ["Environment"], code: [`environment = Environment.get(ws, ${python(environment.name)}, version=${python(environment.version)})`] };
  }
  if (environment.pip.length + environment.conda.length === 0) return { imports: [], code: [] };
  const named = [
    ...(environment.pythonVersion === null ? [] : [`python_version=${python(environment.pythonVersion)}`]),
    ...(environment.conda.length > 0 ? [`conda_packages=[${environment.conda.map(python).join(", ")}]`] : []),
    ...(environment.pip.length > 0 ? [`pip_packages=[${environment.pip.map(python).join(", ")}]`] : []),
  ];
  return {
    imports: ["CondaDependencies", "Environment"],
    code: [`environment = Environment(${python(environment.name ?? "resubmit")})`, `environment.python.conda_dependencies = CondaDependencies.create(${named.join(", ")})`],
  };
}

function groupCode(group: RunDefinition["group"]): { imports: string[]; options: string[] } {
  switch (group?.kind) {
    case "mpi":
      return { imports: ["MpiConfiguration"], options: [`distributed_job_config=MpiConfiguration(process_count_per_node=${Math.ceil(group.processes / group.nodes)}, node_count=${group.nodes})`] };
    case "pytorch":
      return { imports: ["PyTorchConfiguration"], options: [`distributed_job_config=PyTorchConfiguration("Gloo", process_count=${group.processes}, node_count=${group.nodes})`] };
    case "tensorflow":
      return { imports: ["TensorflowConfiguration"], options: [`distributed_job_config=TensorflowConfiguration(worker_count=${group.workers}, parameter_server_count=${group.servers})`] };
    default:
      return { imports: [], options: [] };
  }
}

/** The command line takes the code from the present folder. */
function commandLine(run: Run, definition: RunDefinition): string | null {
  if (definition.script === null) return null;
  const words = [
    "runyard run submit-script",
    `-e ${shell(run.experiment)}`,
    ...(definition.target === "local" ? [] : [`--target ${shell(definition.target)}`]),
    `-w ${shell(run.workspace)}`,
    shell(definition.script),
    ...definition.arguments.map(shell),
  ];
  return words.join(" ");
}

/** A text as Python reads it. JSON's escapes are Python's too. */
function python(value: string): string {
  return JSON.stringify(value);
}

/** A word as a POSIX shell reads it. */
function shell(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
