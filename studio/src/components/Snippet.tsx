import { CopyButton } from "./CopyButton";
import styles from "./Snippet.module.css";

/** Lines to paste somewhere else. `what` names them for the copy button. */
export function Snippet({ code, what }: { code: string; what: string }) {
  return (
    <div className={styles.snippet}>
      <pre tabIndex={0}>{code}</pre>
      <CopyButton text={code} what={what} />
    </div>
  );
}
