import type { ReactNode } from "react";
import { useEffect } from "react";
import { t } from "../text/text";
import styles from "./PageHeader.module.css";

interface PageHeaderProps {
  title: string;
  /** Shown before the title, such as a run's colour. */
  mark?: ReactNode;
  breadcrumb?: ReactNode;
  detail?: ReactNode;
  actions?: ReactNode;
  /** A line of its own below them. */
  note?: ReactNode;
}

/** The head of a page; it also names the browser tab. */
export function PageHeader({ title, mark, breadcrumb, detail, actions, note }: PageHeaderProps) {
  useEffect(() => {
    document.title = `${title} · ${t("app.name")}`;
  }, [title]);
  return (
    <header className={styles.header}>
      {breadcrumb && <nav aria-label={t("nav.breadcrumb")} className={styles.breadcrumb}>{breadcrumb}</nav>}
      <div className={styles.line}>
        <div className={styles.name}>
          {mark}
          <h1 className={styles.title}>{title}</h1>
        </div>
        {detail && <div className={styles.detail}>{detail}</div>}
        {actions && <div className={styles.actions}>{actions}</div>}
      </div>
      {note && <p className={styles.note}>{note}</p>}
    </header>
  );
}
