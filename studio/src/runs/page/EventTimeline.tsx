import type { RunEvent } from "../../client/run";
import { formatDuration, formatInstant } from "../../components/format";
import { Icon } from "../../components/Icon";
import { t } from "../../text/text";
import { eventViews } from "./event-view";
import styles from "./RunPage.module.css";

/** What happened to a run, in order: its statuses and how long it stayed in each, and who changed what. */
export function EventTimeline({ events }: { events: readonly RunEvent[] }) {
  return (
    <ol className={styles.events}>
      {eventViews(events).map(({ event, tone, icon, text, detail, seconds }, index) => (
        <li key={`${index} ${event.at}`} className={styles.event}>
          <span className={styles.eventIcon} style={{ color: `var(--${tone})`, background: `var(--${tone}-soft)` }}>
            <Icon name={icon} size={12} />
          </span>
          <div className={styles.eventText}>
            {text}
            {event.author && <span className={styles.muted}> {t("event.by", { user: event.author })}</span>}
            {detail && <p>{detail}</p>}
          </div>
          <time className={styles.eventTime} dateTime={event.at} title={formatInstant(event.at)}>
            {seconds === null ? formatInstant(event.at) : formatDuration(seconds)}
          </time>
        </li>
      ))}
    </ol>
  );
}
