import { type ReactNode, useEffect, useRef } from "react";
import { Dialog } from "react-aria-components/Dialog";
import { Popover } from "react-aria-components/Popover";
import popoverStyles from "./PopoverPanel.module.css";

interface AnchoredDialogProps {
  label: string;
  /** What the dialog stands below. */
  anchor: Element;
  onClose: () => void;
  /** Wide enough to write in. */
  roomy?: boolean;
  className?: string | undefined;
  children: ReactNode;
}

/** A small dialog below an element of a page that has no button of its own for it, such as a cell of the grid. It is open while it is drawn. */
export function AnchoredDialog({ label, anchor, onClose, roomy = false, className, children }: AnchoredDialogProps) {
  const trigger = useRef(anchor);
  useFocusReturn(anchor);
  return (
    <Popover triggerRef={trigger} isOpen onOpenChange={(open) => !open && onClose()} placement="bottom start" offset={2} className={`${popoverStyles.popover} ${roomy ? popoverStyles.roomy : ""}`}>
      <Dialog aria-label={label} className={className ?? popoverStyles.dialog ?? ""}>
        {children}
      </Dialog>
    </Popover>
  );
}

/**
 * Gives the focus back to what the anchor belongs to, the tab stop around it, unless something else has it by then. The anchor itself may be
 * drawn anew meanwhile.
 *
 * The page takes no focus before the dialog has let go of it, which it does in an effect of its own: in the same round as this one, and so before
 * the next frame.
 */
function useFocusReturn(anchor: Element): void {
  const owner = useRef(anchor.closest<HTMLElement>('[tabindex="0"]'));
  useEffect(() => {
    const element = owner.current;
    return () => void requestAnimationFrame(() => document.activeElement === document.body && element?.focus());
  }, []);
}
