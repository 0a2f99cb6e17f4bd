import { Link } from "@tanstack/react-router";
import type { Run } from "../../client/run";
import { FactList } from "../../components/FactList";
import { Panel } from "../../components/Panel";
import { t } from "../../text/text";
import { definitionOf } from "../run-definition";
import { PackageTable } from "../PackageTable";
import styles from "./RunPage.module.css";

const BUILD_LOG = "azureml-logs/20_image_build_log.txt";

/** What the script ran in: Python, packages, processes, variables. `paths` are the run's files. */
export function EnvironmentPanel({ run, paths }: { run: Run; paths: readonly string[] }) {
  const definition = definitionOf(run);
  if (definition === null) return null;
  const { environment, group } = definition;
  return (
    <Panel title={t("run.environment")}>
      <div className={styles.parts}>
        <FactList
          facts={[
            [t("run.environment.name"), environment?.name && environment.version ? <Registered key="name" name={environment.name} version={environment.version} /> : (environment?.name ?? null)],
            [t("run.environment.python"), environment?.pythonVersion ?? environment?.interpreter ?? null],
            [t("run.environment.image"), environment?.image ?? null],
            [t("run.environment.group"), group ? t("run.environment.processes", { kind: group.kind, nodes: group.nodes, processes: group.processes }) : null],
            [
              t("run.environment.build"),
              paths.includes(BUILD_LOG) ? (
                <Link key="log" to="/runs/$runId/outputs/$" params={{ runId: run.id, _splat: BUILD_LOG }}>
                  {t("run.environment.buildLog")}
                </Link>
              ) : null,
            ],
          ]}
        />
        {environment && environment.pip.length + environment.conda.length > 0 ? (
          <PackageTable environment={environment} />
        ) : (
          <p className={styles.muted}>{t("run.environment.noPackages")}</p>
        )}
        {Object.keys(definition.environmentVariables).length > 0 && (
          <>
            <h3 className={styles.subtitle}>{t("run.environmentVariables")}</h3>
            <FactList mono facts={Object.entries(definition.environmentVariables)} />
          </>
        )}
      </div>
    </Panel>
  );
}

function Registered({ name, version }: { name: string; version: string }) {
  return (
    <Link to="/environments/$name" params={{ name }} search={{ version }}>
      {t("run.environment.version", { name, version })}
    </Link>
  );
}
