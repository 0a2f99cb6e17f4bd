import { type ReactNode, useState } from "react";
import { Dialog } from "react-aria-components/Dialog";
import { Heading } from "react-aria-components/Heading";
import { Modal, ModalOverlay } from "react-aria-components/Modal";
import { t } from "../text/text";
import { Button } from "./Button";
import styles from "./dialog.module.css";
import { InlineError } from "./states";

interface ConfirmDialogProps {
  title: string;
  children: ReactNode;
  confirmLabel: string;
  /** What the button that does nothing says; "Keep running" without it. */
  keepLabel?: string;
  /** Done when it resolves; a rejection is shown and the dialog stays. */
  onConfirm: () => Promise<unknown>;
  onClose: () => void;
}

/** Asks before something that cannot be undone. Says what will happen, and to how many. */
export function ConfirmDialog({ title, children, confirmLabel, keepLabel, onConfirm, onClose }: ConfirmDialogProps) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const confirm = () => {
    setBusy(true);
    setError(null);
    onConfirm().then(onClose, (reason: unknown) => {
      setError(reason);
      setBusy(false);
    });
  };
  return (
    <ModalOverlay isOpen onOpenChange={(open) => !open && onClose()} isDismissable={!busy} className={styles.overlay}>
      <Modal className={styles.modal}>
        <Dialog role="alertdialog" className={styles.dialog}>
          <Heading slot="title" className={styles.title}>
            {title}
          </Heading>
          <div className={styles.body}>{children}</div>
          <InlineError error={error} />
          <div className={styles.actions}>
            <Button onClick={onClose} disabled={busy} autoFocus>
              {keepLabel ?? t("action.keep")}
            </Button>
            <Button tone="danger" onClick={confirm} disabled={busy}>
              {confirmLabel}
            </Button>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
