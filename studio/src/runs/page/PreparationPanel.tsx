import type { Run } from "../../client/run";
import { formatDuration } from "../../components/format";
import { Panel } from "../../components/Panel";
import { t } from "../../text/text";
import styles from "./PreparationPanel.module.css";
import { preparationTimes } from "./preparation";

/** Where the time until the script's first line went. */
export function PreparationPanel({ run }: { run: Run }) {
  const times = preparationTimes(run.properties ?? {});
  if (times === null) return null;
  return (
    <Panel title={t("run.preparation", { time: formatDuration(times.total) })}>
      <div className={styles.bar} aria-hidden="true">
        {times.parts.map(([part, seconds]) => (
          <span key={part} className={styles[part]} style={{ flexGrow: seconds }} />
        ))}
      </div>
      <dl className={styles.parts}>
        {times.parts.map(([part, seconds]) => (
          <div key={part}>
            <dt>
              <span className={`${styles.key} ${styles[part]}`} aria-hidden="true" />
              {t(`run.preparation.${part}`)}
            </dt>
            <dd>{formatDuration(seconds)}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}
