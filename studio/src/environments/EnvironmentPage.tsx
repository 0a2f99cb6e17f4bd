import { useQuery } from "@tanstack/react-query";
import { Link, useParams, useSearch } from "@tanstack/react-router";
import { ApiError } from "../client/api";
import { type Environment, environmentVersionsQuery } from "../client/environment";
import { runsQuery } from "../client/run";
import { useWorkspace } from "../client/workspace";
import { buttonClass } from "../components/Button";
import { FactList } from "../components/FactList";
import { PageHeader } from "../components/PageHeader";
import { Panel } from "../components/Panel";
import { Instant, RelativeTime } from "../components/RelativeTime";
import { Snippet } from "../components/Snippet";
import { EmptyState, ErrorState, Skeleton } from "../components/states";
import { PackageTable } from "../runs/PackageTable";
import { RunShortList } from "../runs/RunShortList";
import { environmentFacts } from "../runs/run-definition";
import { t } from "../text/text";
import styles from "./EnvironmentsPage.module.css";

const BUILD_LOG = "azureml-logs/20_image_build_log.txt";
const RUNS_SHOWN = 10;

/** One environment: its versions, the packages of the chosen one, and the runs that had it. */
export function EnvironmentPage() {
  const { name = "" } = useParams({ strict: false });
  const { version } = useSearch({ strict: false });
  const versions = useQuery(environmentVersionsQuery(useWorkspace(), name));
  const shown = versions.data?.environments.find((each) => each.version === version) ?? versions.data?.environments[0];
  return (
    <>
      <PageHeader
        title={name}
        breadcrumb={<Link to="/environments">{t("environments.title")}</Link>}
      />
      {versions.error instanceof ApiError && versions.error.isNotFound ? (
        <EmptyState
          icon="search"
          title={t("environments.missing.title")}
          actions={
            <Link to="/environments" className={buttonClass("primary")}>
              {t("environments.title")}
            </Link>
          }
        >
          {t("environments.missing.body", { name })}
        </EmptyState>
      ) : versions.isError && !versions.data ? (
        <ErrorState error={versions.error} onRetry={() => void versions.refetch()} />
      ) : shown && versions.data ? (
        <Version environment={shown} versions={versions.data.environments} />
      ) : (
        <div className={styles.body}>
          <Skeleton lines={5} />
        </div>
      )}
    </>
  );
}

function Version({ environment, versions }: { environment: Environment; versions: readonly Environment[] }) {
  const facts = environmentFacts(environment.definition);
  const variables = Object.entries(variablesOf(environment));
  return (
    <div className={styles.columns}>
      <div className={styles.stack}>
        <Panel title={t("environments.packages")}>
          {facts.pip.length + facts.conda.length > 0 ? <PackageTable environment={facts} /> : <p className={styles.muted}>{t("environments.noPackages")}</p>}
        </Panel>
        {variables.length > 0 && (
          <Panel title={t("environments.variables")}>
            <FactList mono facts={variables} />
          </Panel>
        )}
        <Users environment={environment} />
      </div>
      <div className={styles.stack}>
        <Panel title={t("run.details")}>
          <FactList
            facts={[
              [t("environments.version"), environment.version],
              [t("environments.labels"), environment.labels?.join(", ") || null],
              [t("environments.python"), facts.pythonVersion ?? facts.interpreter],
              [t("environments.image"), facts.image],
              [t("environments.created"), environment.is_curated ? t("environments.curated") : environment.created_at ? <Instant key="at" at={environment.created_at} /> : null],
              [t("environments.state"), t("environments.state.body", { file: BUILD_LOG })],
            ]}
          />
        </Panel>
        <Panel title={t("environments.use")}>
          <p className={styles.muted}>{t("environments.use.hint")}</p>
          <Snippet code={`environment = Environment.get(ws, ${JSON.stringify(environment.name)}, version=${JSON.stringify(environment.version)})`} what={t("firstRun.code")} />
        </Panel>
        <Panel title={t("environments.versions")}>
          <ul className={styles.versions}>
            {versions.map((each) => (
              <li key={each.version}>
                <Link to="/environments/$name" params={{ name: each.name }} search={{ version: each.version }} aria-current={each.version === environment.version ? "page" : undefined}>
                  {each.version}
                </Link>
                {each.labels && each.labels.length > 0 && <span>{each.labels.join(", ")}</span>}
                {each.created_at && (
                  <span className={styles.muted}>
                    <RelativeTime at={each.created_at} />
                  </span>
                )}
              </li>
            ))}
          </ul>
        </Panel>
      </div>
    </div>
  );
}

/** The newest runs that had the environment: the SDK writes its name and version into each run's properties. */
function Users({ environment }: { environment: Environment }) {
  const properties = { "runyard.environment.name": environment.name, "runyard.environment.version": environment.version };
  const runs = useQuery(runsQuery(useWorkspace(), { properties, include_children: true, limit: RUNS_SHOWN }));
  if (!runs.data || runs.data.total === 0) return null;
  return (
    <Panel title={t("environments.runs")} flush>
      <RunShortList runs={runs.data.runs} label={t("environments.runs")} />
    </Panel>
  );
}

function variablesOf(environment: Environment): Record<string, string> {
  const variables = environment.definition.environmentVariables;
  return typeof variables === "object" && variables !== null ? Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, String(value)])) : {};
}
