import type { KeyboardEvent } from "react";
import { Dialog } from "react-aria-components/Dialog";
import { Heading } from "react-aria-components/Heading";
import { Modal, ModalOverlay } from "react-aria-components/Modal";
import { IconButton } from "../../../components/Button";
import dialogStyles from "../../../components/dialog.module.css";
import { t } from "../../../text/text";
import styles from "./media.module.css";
import { StepSlider } from "./StepSlider";

interface LightboxProps {
  title: string;
  /** The picture; null where its file is not there. */
  url: string | null;
  steps: readonly number[];
  chosen: number;
  onChosen: (index: number) => void;
  onClose: () => void;
}

/** A picture as large as the window, with its steps: arrow keys go through them, Escape closes, and the focus goes back to where it was. */
export function Lightbox({ title, url, steps, chosen, onChosen, onClose }: LightboxProps) {
  const last = steps.length - 1;
  const go = (index: number) => onChosen(Math.min(last, Math.max(0, index)));
  const onKeyDown = (event: KeyboardEvent) => {
    const places: Readonly<Record<string, number>> = { ArrowLeft: chosen - 1, ArrowUp: chosen - 1, ArrowRight: chosen + 1, ArrowDown: chosen + 1, Home: 0, End: last };
    const place = places[event.key];
    if (place === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    go(place);
  };
  return (
    <ModalOverlay isOpen onOpenChange={(open) => !open && onClose()} isDismissable className={dialogStyles.overlay}>
      <Modal className={`${dialogStyles.modal} ${styles.large}`}>
        {/* Around the dialog, which has the focus itself at first. */}
        <div onKeyDownCapture={onKeyDown}>
          <Dialog className={styles.lightbox}>
            <div className={styles.lightboxHead}>
              <Heading slot="title">{title}</Heading>
              <IconButton icon="close" label={t("action.close")} onClick={onClose} />
            </div>
            {url ? <img src={url} alt={title} /> : <p className={styles.notice}>{t("images.missing")}</p>}
            <StepSlider name={title} steps={steps} chosen={chosen} onChosen={go} />
          </Dialog>
        </div>
      </Modal>
    </ModalOverlay>
  );
}
