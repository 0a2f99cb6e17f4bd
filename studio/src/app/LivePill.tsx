import { useFeedState } from "../client/change-feed";
import type { FeedState } from "../client/feed-protocol";
import { t, type TextId } from "../text/text";
import styles from "./LivePill.module.css";

const TEXTS: Readonly<Record<FeedState, { text: TextId; detail: TextId }>> = {
  connecting: { text: "live.connecting", detail: "live.connecting.detail" },
  live: { text: "live.live", detail: "live.live.detail" },
  lost: { text: "live.lost", detail: "live.lost.detail" },
  resting: { text: "live.resting", detail: "live.resting.detail" },
};

/** Says whether the page follows the server. */
export function LivePill() {
  const state = useFeedState();
  return (
    <span className={`${styles.pill} ${styles[state]}`} role="status" aria-label={t(TEXTS[state].text)} title={t(TEXTS[state].detail)}>
      <span className={styles.dot} aria-hidden="true" />
      <span className={styles.text}>{t(TEXTS[state].text)}</span>
    </span>
  );
}

/** Tells over the page that the server is out of reach: what is shown stays, but grows old. */
export function LostBanner() {
  const state = useFeedState();
  if (state !== "lost") return null;
  return (
    <p className={styles.banner} role="alert">
      {t("live.banner")}
    </p>
  );
}
