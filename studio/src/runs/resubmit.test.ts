import { expect, test } from "vitest";
import type { Run } from "../client/run";
import { resubmission } from "./resubmit";
import { definitionOf, packageParts } from "./run-definition";

function run(definition: Record<string, unknown> | null): Run {
  return {
    id: "exp_1",
    workspace: "team",
    experiment: "my exp",
    number: 1,
    root_id: "exp_1",
    display_name: "exp_1",
    target: "local",
    status: "Completed",
    created_at: "2026-01-01T00:00:00Z",
    child_count: 0,
    version: 1,
    tags: {},
    properties: {},
    script_name: "train.py",
    definition,
  } as Run;
}

const SPEC = { script: "train.py", arguments: ["--lr", "0.1", "it's here"], environment_variables: { SEED: "1" }, node_group: { kind: "mpi", node_count: 2, process_count: 4 } };
const ENVIRONMENT = {
  name: "mine",
  python: { condaDependencies: { channels: ["conda-forge"], dependencies: ["python=3.11", "scipy=1.14", { pip: ["numpy>=1.26"] }] } },
};

test("an interactive run cannot be submitted again", () => {
  expect(resubmission(run(null))).toBeNull();
});

test("the command line quotes what a shell would take apart", () => {
  expect(resubmission(run({ spec: SPEC }))?.command).toBe(`runyard run submit-script -e 'my exp' -w team train.py --lr 0.1 'it'\\''s here'`);
});

test("the Python code names script, arguments, packages, processes and variables", () => {
  const code = resubmission(run({ spec: SPEC, environment: ENVIRONMENT }))?.python ?? "";
  for (const part of [
    "from runyard import CondaDependencies, Environment, Experiment, MpiConfiguration, ScriptRunConfig, Workspace",
    'arguments=["--lr", "0.1", "it\'s here"]',
    'CondaDependencies.create(python_version="3.11", conda_packages=["scipy=1.14"], pip_packages=["numpy>=1.26"])',
    "MpiConfiguration(process_count_per_node=2, node_count=2)",
    'config.run_config.environment_variables["SEED"] = "1"',
    'Experiment(ws, "my exp").submit(config)',
  ]) {
    expect(code).toContain(part);
  }
});

test("a registered environment is named by its version", () => {
  const code = resubmission(run({ spec: SPEC, environment: { ...ENVIRONMENT, version: "3" } }))?.python;
  expect(code).toContain('environment = Environment.get(ws, "mine", version="3")');
});

test("an environment is read from a run's definition", () => {
  expect(definitionOf(run({ spec: SPEC, environment: ENVIRONMENT }))?.environment).toMatchObject({ name: "mine", pythonVersion: "3.11", pip: ["numpy>=1.26"], conda: ["scipy=1.14"] });
  expect(definitionOf(run({}))?.environment).toBeNull();
});

test.each([
  ["numpy>=1.26,<2", ["numpy", ">=1.26,<2"]],
  ["torch [cuda] == 2", ["torch", "[cuda] == 2"]],
  ["x", ["x", ""]],
])("%s is taken apart", (requirement, parts) => {
  expect(packageParts(requirement)).toEqual(parts);
});
