import { useMemo } from "react";
import styles from "./CodeView.module.css";

/** Above this the file is shown by the log viewer, which draws only what is in sight. */
export const CODE_MAX_BYTES = 512 * 1024;

/** A text file with line numbers. */
export function CodeView({ text, label }: { text: string; label: string }) {
  const lines = useMemo(() => text.replace(/\n$/, "").split("\n"), [text]);
  return (
    <div className={styles.box} tabIndex={0} role="region" aria-label={label}>
      <pre className={styles.numbers} aria-hidden="true">
        {lines.map((_, index) => index + 1).join("\n")}
      </pre>
      <pre className={styles.code}>{text}</pre>
    </div>
  );
}
