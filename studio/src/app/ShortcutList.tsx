import { t } from "../text/text";
import styles from "./ShortcutSheet.module.css";
import { SHORTCUTS } from "./shortcuts";

/** Every key and what it does. */
export function ShortcutList() {
  return (
    <dl className={styles.list}>
      {SHORTCUTS.map((shortcut) => (
        <div key={shortcut.text}>
          <dt>
            {shortcut.keys.map((key) => (
              <kbd key={key}>{key}</kbd>
            ))}
          </dt>
          <dd>{t(shortcut.text)}</dd>
        </div>
      ))}
    </dl>
  );
}
