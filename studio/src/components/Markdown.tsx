import { useRouter } from "@tanstack/react-router";
import { type MouseEvent, useMemo } from "react";
import styles from "./Markdown.module.css";
import { renderMarkdown } from "./markdown-html";

interface MarkdownProps {
  source: string;
  /** Finds the images that are files of the run. */
  fileUrl?: (path: string) => string;
  /** The page that shows a file of the run. */
  fileLink?: (path: string) => string;
}

/** Markdown that a user wrote, as safe HTML. A link into the Studio opens in place. */
export function Markdown({ source, fileUrl, fileLink }: MarkdownProps) {
  const router = useRouter();
  const html = useMemo(() => renderMarkdown(source, { fileUrl, fileLink }), [source, fileUrl, fileLink]);
  const onClick = (event: MouseEvent) => {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || link.target !== "" || link.origin !== window.location.origin) return;
    event.preventDefault();
    void router.navigate({ href: `${link.pathname}${link.search}${link.hash}` });
  };
  return <div className={styles.markdown} onClick={onClick} dangerouslySetInnerHTML={{ __html: html }} />;
}
