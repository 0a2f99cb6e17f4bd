import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { type Environment, environmentsQuery } from "../client/environment";
import { useWorkspace } from "../client/workspace";
import { SearchField } from "../components/fields";
import { formatCount } from "../components/format";
import { TableHead } from "../components/Listing";
import { PageHeader } from "../components/PageHeader";
import { RelativeTime } from "../components/RelativeTime";
import { Snippet } from "../components/Snippet";
import { EmptyState, ErrorState, Skeleton } from "../components/states";
import tableStyles from "../components/table.module.css";
import { environmentFacts } from "../runs/run-definition";
import { t } from "../text/text";
import styles from "./EnvironmentsPage.module.css";

/** Code, not prose: it is the same in every language. */
const REGISTER = `from runyard import CondaDependencies, Environment, Workspace
environment = Environment("my-environment")
environment.python.conda_dependencies = CondaDependencies.create(pip_packages=["scikit-learn"])
environment.register(Workspace.from_config())`;

/** What scripts can run in: registered environments and those that come with Runyard. */
export function EnvironmentsPage() {
  const workspace = useWorkspace();
  const navigate = useNavigate();
  const { q: find = "" } = useSearch({ strict: false });
  const answer = useQuery(environmentsQuery(workspace));
  const all = answer.data?.environments ?? [];
  const shown = all.filter((environment) => environment.name.toLowerCase().includes(find.toLowerCase()));
  return (
    <>
      <PageHeader title={t("environments.title")} />
      <div className={styles.bar}>
        <SearchField label={t("environments.search")} value={find} onChange={(q) => void navigate({ to: "/environments", search: q === "" ? {} : { q }, replace: true })} />
      </div>
      {answer.isError && !answer.data ? (
        <ErrorState error={answer.error} onRetry={() => void answer.refetch()} />
      ) : !answer.data ? (
        <div className={styles.body}>
          <Skeleton lines={5} />
        </div>
      ) : shown.length === 0 && find !== "" ? (
        <EmptyState icon="search" title={t("environments.noMatch", { find })} />
      ) : (
        <>
          {shown.length > 0 && <EnvironmentTable environments={shown} />}
          {all.every((environment) => environment.is_curated) && (
            <EmptyState icon="gear" title={t("environments.none.title")}>
              <p>{t("environments.none.body")}</p>
              <Snippet code={REGISTER} what={t("firstRun.code")} />
            </EmptyState>
          )}
        </>
      )}
    </>
  );
}

function EnvironmentTable({ environments }: { environments: readonly Environment[] }) {
  const heads = [
    { label: t("environments.name") },
    { label: t("environments.version") },
    { label: t("environments.python"), wide: true },
    { label: t("environments.packages"), numeric: true, wide: true },
    { label: t("environments.labels"), wide: true },
    { label: t("environments.created") },
  ];
  return (
    <div className={tableStyles.box}>
      <table className={tableStyles.table}>
        <TableHead heads={heads} />
        <tbody>
          {environments.map((environment) => {
            const facts = environmentFacts(environment.definition);
            return (
              <tr key={environment.name}>
                <th scope="row">
                  <Link to="/environments/$name" params={{ name: environment.name }} className={tableStyles.name}>
                    {environment.name}
                  </Link>
                </th>
                <td>{environment.version}</td>
                <td className={tableStyles.wide}>{facts.pythonVersion ?? "–"}</td>
                <td className={`${tableStyles.numeric} ${tableStyles.wide}`}>{formatCount(facts.pip.length + facts.conda.length)}</td>
                <td className={tableStyles.wide}>{environment.labels?.join(", ") || "–"}</td>
                <td>{environment.is_curated ? t("environments.curated") : environment.created_at ? <RelativeTime at={environment.created_at} /> : "–"}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
