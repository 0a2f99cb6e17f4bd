import type { ReactNode } from "react";
import { Dialog } from "react-aria-components/Dialog";
import { Heading } from "react-aria-components/Heading";
import { Modal, ModalOverlay } from "react-aria-components/Modal";
import { t } from "../text/text";
import { Button } from "./Button";
import styles from "./dialog.module.css";

/** A form above the page, which waits until it is saved or closed. */
export function FormDialog({ title, children, onClose }: { title: string; children: ReactNode; onClose: () => void }) {
  return (
    <ModalOverlay isOpen onOpenChange={(open) => !open && onClose()} isDismissable className={styles.overlay}>
      <Modal className={styles.modal}>
        <Dialog className={styles.dialog}>
          <Heading slot="title" className={styles.title}>
            {title}
          </Heading>
          <div className={styles.body}>{children}</div>
          <div className={styles.actions}>
            <Button onClick={onClose}>{t("action.close")}</Button>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
