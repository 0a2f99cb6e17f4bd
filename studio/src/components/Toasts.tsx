import { useEffect, useState } from "react";
import { t } from "../text/text";
import { Button, IconButton } from "./Button";
import styles from "./Toasts.module.css";
import { closeToast, showFailure, type Toast, TOAST_MS, useToasts } from "./toasts";

/** What was just done, at the foot of the page. A message stays while the pointer or the keyboard is on it. */
export function Toasts() {
  const toasts = useToasts();
  return (
    <div className={styles.toasts} role="region" aria-label={t("toast.region")} aria-live="polite">
      {toasts.map((toast) => (
        <ToastBox key={toast.id} toast={toast} />
      ))}
    </div>
  );
}

function ToastBox({ toast }: { toast: Toast }) {
  const [held, setHeld] = useState(false);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    if (held || busy || toast.tone === "failed") return undefined;
    const timer = setTimeout(() => closeToast(toast.id), TOAST_MS);
    return () => clearTimeout(timer);
  }, [toast, held, busy]);
  const undo = () => {
    setBusy(true);
    toast.undo?.().then(
      () => closeToast(toast.id),
      (error: unknown) => {
        closeToast(toast.id);
        showFailure(error instanceof Error ? error.message : String(error));
      },
    );
  };
  return (
    <div
      className={`${styles.toast} ${toast.tone === "failed" ? styles.failed : ""}`}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <span>{toast.text}</span>
      {toast.undo && (
        <Button disabled={busy} onClick={undo}>
          {t("action.undo")}
        </Button>
      )}
      <IconButton icon="close" label={t("action.close")} onClick={() => closeToast(toast.id)} />
    </div>
  );
}
