import { useMemo } from "react";
import styles from "./Markdown.module.css";
import { renderMarkdown } from "./markdown-html";

/** Markdown that a user wrote, as safe HTML. `fileUrl` finds the images that are files of the run. */
export function Markdown({ source, fileUrl }: { source: string; fileUrl?: (path: string) => string }) {
  const html = useMemo(() => renderMarkdown(source, fileUrl), [source, fileUrl]);
  return <div className={styles.markdown} dangerouslySetInnerHTML={{ __html: html }} />;
}
