import type { ButtonHTMLAttributes, ReactNode, Ref } from "react";
import styles from "./Button.module.css";
import { makeElement } from "./element";
import { Icon, iconElement, type IconName } from "./Icon";

type Tone = "plain" | "primary" | "danger" | "quiet";

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  tone?: Tone;
  icon?: IconName;
  children?: ReactNode;
  ref?: Ref<HTMLButtonElement>;
}

export function Button({ tone = "plain", icon, children, className, ...rest }: ButtonProps) {
  return (
    <button type="button" {...rest} className={`${buttonClass(tone)} ${className ?? ""}`}>
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

/** A button that shows only an icon. `label` is its name and its tooltip. */
export function IconButton({ label, icon, tone = "quiet", ...rest }: ButtonProps & { label: string; icon: IconName }) {
  return (
    <button type="button" title={label} aria-label={label} {...rest} className={`${buttonClass(tone)} ${styles.iconOnly}`}>
      <Icon name={icon} />
    </button>
  );
}

/** {@link IconButton} as an element, for what is drawn without React. */
export function iconButtonElement(icon: IconName, label: string): HTMLButtonElement {
  return makeElement("button", `${buttonClass("quiet")} ${styles.iconOnly}`, { type: "button", title: label, "aria-label": label }, iconElement(icon));
}

/** The look of a button, for links that act like one. */
export function buttonClass(tone: Tone = "plain"): string {
  return `${styles.button} ${styles[tone]}`;
}
