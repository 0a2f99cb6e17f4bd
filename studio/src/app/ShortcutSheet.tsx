import { Dialog } from "react-aria-components/Dialog";
import { Heading } from "react-aria-components/Heading";
import { Modal, ModalOverlay } from "react-aria-components/Modal";
import { IconButton } from "../components/Button";
import dialogStyles from "../components/dialog.module.css";
import { t } from "../text/text";
import { ShortcutList } from "./ShortcutList";
import styles from "./ShortcutSheet.module.css";

export function ShortcutSheet({ onClose }: { onClose: () => void }) {
  return (
    <ModalOverlay isOpen onOpenChange={(open) => !open && onClose()} isDismissable className={dialogStyles.overlay ?? ""}>
      <Modal className={`${dialogStyles.modal} ${dialogStyles.wide}`}>
        <Dialog className={dialogStyles.dialog ?? ""}>
          <div className={styles.head}>
            <Heading slot="title" className={dialogStyles.title ?? ""}>
              {t("shortcut.title")}
            </Heading>
            <IconButton icon="close" label={t("action.close")} onClick={onClose} autoFocus />
          </div>
          <ShortcutList />
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
