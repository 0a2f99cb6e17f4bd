import type { ReactNode } from "react";
import { Button as AriaButton } from "react-aria-components/Button";
import { Dialog, DialogTrigger } from "react-aria-components/Dialog";
import { Popover } from "react-aria-components/Popover";
import { buttonClass } from "./Button";
import { Icon, type IconName } from "./Icon";
import styles from "./PopoverButton.module.css";

export interface PopoverButtonProps {
  label: ReactNode;
  icon: IconName;
  /** Names the panel. */
  title: string;
  /** What the panel holds; as a function it is given what closes the panel. */
  children: ReactNode | ((close: () => void) => ReactNode);
  /** Marks that what is inside differs from its default. */
  active?: boolean;
  /** Without room only the icon is seen. */
  compact?: boolean;
}

/** A button that opens a small panel under itself. */
export function PopoverButton({ label, icon, title, children, active = false, compact = false }: PopoverButtonProps) {
  return (
    <DialogTrigger>
      <AriaButton className={`${buttonClass("plain")} ${active ? styles.active : ""}`}>
        <Icon name={icon} />
        <span className={compact ? "narrow-hidden" : undefined}>{label}</span>
        <Icon name="chevronDown" size={12} />
      </AriaButton>
      <Popover className={styles.popover ?? ""} placement="bottom start" offset={4}>
        <Dialog aria-label={title} className={styles.dialog}>
          {typeof children === "function" ? ({ close }) => children(close) : children}
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}
