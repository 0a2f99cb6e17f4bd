import type { ReactNode, RefObject } from "react";
import { Dialog } from "react-aria-components/Dialog";
import { Popover } from "react-aria-components/Popover";
import styles from "./PopoverPanel.module.css";

interface PopoverPanelProps {
  title: string;
  /** The button that the panel stands below. */
  trigger: RefObject<Element | null>;
  onClose: () => void;
  children: ReactNode;
}

/** The panel of a `PopoverButton`, open while it is drawn. */
export function PopoverPanel({ title, trigger, onClose, children }: PopoverPanelProps) {
  return (
    <Popover triggerRef={trigger} isOpen onOpenChange={(open) => !open && onClose()} className={styles.popover ?? ""} placement="bottom start" offset={4}>
      <Dialog aria-label={title} className={styles.dialog}>
        {children}
      </Dialog>
    </Popover>
  );
}
