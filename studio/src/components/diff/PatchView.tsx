import { useMemo } from "react";
import { t } from "../../text/text";
import { DiffView } from "./DiffView";
import styles from "./PatchView.module.css";
import { parsePatch } from "./unified-diff";

/** Up to this many files are open at first. */
const OPEN_BELOW = 6;

/** A patch of git, file by file. */
export function PatchView({ text }: { text: string }) {
  const files = useMemo(() => parsePatch(text), [text]);
  if (files.length === 0) return <pre className={styles.raw}>{text}</pre>;
  return (
    <div className={styles.files}>
      {files.map((file) => (
        <details key={file.path} className={styles.file} open={files.length < OPEN_BELOW}>
          <summary>
            <code>{file.path}</code>
            <span className={styles.added}>
              <span aria-hidden="true">
                +
                {file.added}
              </span>
              <span className="visually-hidden">{t("diff.added", { count: file.added })}</span>
            </span>
            <span className={styles.removed}>
              <span aria-hidden="true">
                −
                {file.removed}
              </span>
              <span className="visually-hidden">{t("diff.removed", { count: file.removed })}</span>
            </span>
          </summary>
          {file.note && <p className={styles.note}>{file.note}</p>}
          {file.lines.length > 0 && <DiffView lines={file.lines} label={t("diff.of", { name: file.path })} />}
        </details>
      ))}
    </div>
  );
}
