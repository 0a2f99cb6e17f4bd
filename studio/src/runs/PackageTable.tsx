import { t } from "../text/text";
import styles from "./PackageTable.module.css";
import { type EnvironmentFacts, packageParts } from "./run-definition";

/** The packages that an environment asks for. */
export function PackageTable({ environment }: { environment: EnvironmentFacts }) {
  const rows = [...environment.conda.map((text) => ["conda", text] as const), ...environment.pip.map((text) => ["pip", text] as const)];
  return (
    <div className={styles.box} tabIndex={0} role="region" aria-label={t("packages.title")}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{t("packages.title")}</th>
            <th scope="col">{t("packages.version")}</th>
            <th scope="col">{t("packages.source")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([source, requirement]) => {
            const [name, version] = packageParts(requirement);
            return (
              <tr key={`${source} ${requirement}`}>
                <td>{name}</td>
                <td>{version || t("packages.any")}</td>
                <td>{source}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
