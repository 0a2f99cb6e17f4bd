import type { ReactNode } from "react";
import { useEffect, useState } from "react";
import { ApiError } from "../client/api";
import { t } from "../text/text";
import { Button } from "./Button";
import { Icon, type IconName } from "./Icon";
import styles from "./states.module.css";

/** Nothing to show, why, and what to do about it. */
export function EmptyState({ icon, title, children, actions }: { icon: IconName; title: string; children?: ReactNode; actions?: ReactNode }) {
  return (
    <div className={styles.state}>
      <span className={styles.glyph}>
        <Icon name={icon} size={20} />
      </span>
      <p className={styles.title}>{title}</p>
      {children && <div className={styles.body}>{children}</div>}
      {actions && <div className={styles.actions}>{actions}</div>}
    </div>
  );
}

/** One panel could not be read. The rest of the page goes on. */
export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const requestId = error instanceof ApiError ? error.requestId : null;
  return (
    <div className={styles.state} role="alert">
      <span className={`${styles.glyph} ${styles.bad}`}>
        <Icon name="warning" size={20} />
      </span>
      <p className={styles.title}>{isUnreachable(error) ? t("error.unreachable.title") : t("error.title")}</p>
      <div className={styles.body}>
        <p>{isUnreachable(error) ? t("error.unreachable.body") : messageOf(error)}</p>
        {requestId && <p className={styles.small}>{t("error.requestId", { id: requestId })}</p>}
      </div>
      {onRetry && (
        <div className={styles.actions}>
          <Button icon="refresh" onClick={onRetry}>
            {t("action.retry")}
          </Button>
        </div>
      )}
    </div>
  );
}

/** A failed action, said where it was asked for. */
export function InlineError({ error }: { error: unknown }) {
  if (error === null || error === undefined) return null;
  return (
    <p role="alert" className={styles.inline}>
      <Icon name="warning" size={14} />
      {isUnreachable(error) ? t("error.unreachable.body") : messageOf(error)}
    </p>
  );
}

const SKELETON_DELAY_MS = 150;

/** Grey bars in the place of what is being loaded; nothing at all for the first moments, since most answers are faster than the eye. `inset`: where nothing around them keeps them off the edge. */
export function Skeleton({ lines = 3, height, inset = false }: { lines?: number; height?: number; inset?: boolean }) {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), SKELETON_DELAY_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className={`${styles.skeleton} ${inset ? styles.inset : ""}`} style={{ minHeight: height }} role="status" aria-busy="true">
      <span className="visually-hidden">{t("state.loading")}</span>
      {shown && Array.from({ length: lines }, (_, index) => <span key={index} style={{ width: `${92 - ((index * 23) % 50)}%` }} />)}
    </div>
  );
}

function isUnreachable(error: unknown): boolean {
  return error instanceof ApiError && error.status === 0;
}

function messageOf(error: unknown): string {
  if (error instanceof ApiError && error.message === "") return t("error.status", { status: error.status });
  return error instanceof Error ? error.message : String(error);
}
