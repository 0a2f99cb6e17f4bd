import { t } from "../../text/text";
import styles from "./LogView.module.css";
import type { LineSearch } from "./line-search";

const SHOWN = 300;

/** The lines that match, to jump to. */
export function HitList({ search, match, onMatch }: { search: LineSearch; match: number; onMatch: (index: number) => void }) {
  return (
    <div className={styles.hits} role="region" aria-label={t("log.hits")} tabIndex={0}>
      <ol>
        {search.hits.slice(0, SHOWN).map((hit, index) => (
          <li key={hit.line}>
            <button type="button" aria-current={index === match ? "true" : undefined} onClick={() => onMatch(index)}>
              <span className={styles.hitNumber}>{hit.line + 1}</span>
              <span className={styles.hitText}>{hit.text}</span>
            </button>
          </li>
        ))}
      </ol>
      {search.hits.length > SHOWN && <p>{t("log.hitsMore", { count: search.hits.length - SHOWN })}</p>}
    </div>
  );
}
