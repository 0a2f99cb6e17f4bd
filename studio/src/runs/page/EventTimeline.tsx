import type { RunEvent } from "../../client/run";
import { formatDuration, formatInstant } from "../../components/format";
import { Icon } from "../../components/Icon";
import { statusLook } from "../../components/run-status";
import { t } from "../../text/text";
import styles from "./RunPage.module.css";

/** The statuses a run went through, and how long it stayed in each. */
export function EventTimeline({ events }: { events: readonly RunEvent[] }) {
  return (
    <ol className={styles.events}>
      {events.map((event, index) => {
        const look = statusLook(event.status);
        const next = events[index + 1];
        return (
          <li key={`${event.at} ${event.status}`} className={styles.event}>
            <span className={styles.eventIcon} style={{ color: `var(--${look.tone})`, background: `var(--${look.tone}-soft)` }}>
              <Icon name={look.icon} size={12} />
            </span>
            <div className={styles.eventText}>
              {t(look.text)}
              {event.reason && <p>{event.reason}</p>}
            </div>
            <time className={styles.eventTime} dateTime={event.at} title={formatInstant(event.at)}>
              {next ? formatDuration((Date.parse(next.at) - Date.parse(event.at)) / 1000) : formatInstant(event.at)}
            </time>
          </li>
        );
      })}
    </ol>
  );
}
