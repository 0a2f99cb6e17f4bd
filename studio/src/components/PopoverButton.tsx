import { lazy, type ReactNode, Suspense, useRef, useState } from "react";
import { buttonClass } from "./Button";
import { Icon, type IconName } from "./Icon";
import styles from "./PopoverButton.module.css";

const loadPanel = () => import("./PopoverPanel");
const PopoverPanel = lazy(async () => ({ default: (await loadPanel()).PopoverPanel }));

interface PopoverButtonProps {
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

/**
 * A button that opens a small panel under itself.
 *
 * What draws panels is as much script as a page: it comes when the reader is about to open one.
 */
export function PopoverButton({ label, icon, title, children, active = false, compact = false }: PopoverButtonProps) {
  const button = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);
  const close = () => setOpen(false);
  // When it does not come, whoever opens the panel is told.
  const prepare = () => void loadPanel().catch(() => undefined);
  const open = () => {
    button.current?.focus(); // not every browser does; it is where the focus goes back to
    setOpen(true);
  };
  return (
    <>
      <button ref={button} type="button" className={`${buttonClass("plain")} ${active ? styles.active : ""}`} aria-haspopup="dialog" aria-expanded={isOpen} onPointerEnter={prepare} onFocus={prepare} onClick={open}>
        <Icon name={icon} />
        <span className={compact ? "narrow-hidden" : undefined}>{label}</span>
        <Icon name="chevronDown" size={12} />
      </button>
      {isOpen && (
        <Suspense fallback={null}>
          <PopoverPanel title={title} trigger={button} onClose={close}>
            {typeof children === "function" ? children(close) : children}
          </PopoverPanel>
        </Suspense>
      )}
    </>
  );
}
