import { cutInTwo } from "./cut-text";
import styles from "./CutText.module.css";

/** A text that is cut in its middle where there is no room: names that a program made differ at their end. What stands around it names the whole text. */
export function CutText({ text }: { text: string }) {
  const [head, end] = cutInTwo(text);
  if (!end) return <span className={styles.whole}>{text}</span>;
  return (
    <span className={styles.cut}>
      <span className={styles.head}>{head}</span>
      <span className={styles.end}>{end}</span>
    </span>
  );
}
