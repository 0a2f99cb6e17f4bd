import { t } from "../../text/text";
import styles from "./DiffView.module.css";
import type { DiffGap, DiffLine } from "./line-diff";

const SIGNS = { same: " ", added: "+", removed: "−" } as const;
/** More lines than this are cut: nobody reads them here, and drawing them would hold up the page. */
const LINES_MAX = 4000;

/** Changed lines, with those around them. The sign tells added from removed; the colour only helps. */
export function DiffView({ lines, label }: { lines: readonly (DiffLine | DiffGap)[]; label: string }) {
  return (
    <div className={styles.box} tabIndex={0} role="region" aria-label={label}>
      <table className={styles.table}>
        <caption className="visually-hidden">{label}</caption>
        <tbody>
          {lines.slice(0, LINES_MAX).map((line, index) =>
            line.kind === "gap" ? (
              <tr key={index} className={styles.gap}>
                <td colSpan={4}>{t("diff.gap", { count: line.lines })}</td>
              </tr>
            ) : (
              <tr key={index} className={styles[line.kind]}>
                <td className={styles.number} data-number={line.left ?? ""} />
                <td className={styles.number} data-number={line.right ?? ""} />
                <td className={styles.sign}>{SIGNS[line.kind]}</td>
                <td className={styles.text}>{line.text}</td>
              </tr>
            ),
          )}
        </tbody>
      </table>
      {lines.length > LINES_MAX && <p className={styles.more}>{t("diff.more", { count: lines.length - LINES_MAX })}</p>}
    </div>
  );
}
