import styles from "./CutText.module.css";

const END = 8;
const WHOLE = 22;

/** A text that is cut in its middle where there is no room: names that a program made differ at their end. What stands around it names the whole text. */
export function CutText({ text }: { text: string }) {
  if (text.length <= WHOLE) return <span className={styles.whole}>{text}</span>;
  return (
    <span className={styles.cut}>
      <span className={styles.head}>{text.slice(0, -END)}</span>
      <span className={styles.end}>{text.slice(-END)}</span>
    </span>
  );
}
