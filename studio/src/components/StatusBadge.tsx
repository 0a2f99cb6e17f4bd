import type { RunStatus } from "../client/run";
import { t } from "../text/text";
import { Icon } from "./Icon";
import { statusLook } from "./run-status";
import styles from "./StatusBadge.module.css";

/** A run's status as icon, word and colour. `plain` drops the tinted ground, for dense lists. */
export function StatusBadge({ status, plain = false }: { status: RunStatus; plain?: boolean }) {
  const look = statusLook(status);
  return (
    <span className={`${styles.badge} ${styles[look.tone]} ${plain ? styles.plain : ""}`} data-status={status}>
      <Icon name={look.icon} size={14} />
      {t(look.text)}
    </span>
  );
}
