import { Icon } from "../../components/Icon";
import { t } from "../../text/text";
import styles from "./RunTable.module.css";
import { conditionSpans, withoutCondition } from "../query-text";

interface ConditionChipsProps {
  query: string;
  onQuery: (query: string) => void;
  /** Shows where a condition stands in the text, to be changed there. */
  onChange: (start: number, end: number) => void;
}

/** The query again, condition by condition: each can be taken out, or changed in the text. */
export function ConditionChips({ query, onQuery, onChange }: ConditionChipsProps) {
  const spans = conditionSpans(query);
  if (spans.length === 0) return null;
  return (
    <ul className={styles.chips} aria-label={t("query.conditions")}>
      {spans.map(({ start, end }, index) => {
        const condition = query.slice(start, end);
        return (
          <li key={`${index} ${condition}`} className={styles.chip}>
            <button type="button" className={styles.chipText} title={t("query.change", { condition })} onClick={() => onChange(start, end)}>
              {condition}
            </button>
            <button type="button" aria-label={t("query.remove", { condition })} onClick={() => onQuery(withoutCondition(query, index))}>
              <Icon name="close" size={12} />
            </button>
          </li>
        );
      })}
    </ul>
  );
}
