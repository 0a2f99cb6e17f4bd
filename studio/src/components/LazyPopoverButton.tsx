import { lazy, Suspense } from "react";
import { buttonClass } from "./Button";
import { Icon } from "./Icon";
import type { PopoverButtonProps } from "./PopoverButton";

const PopoverButton = lazy(async () => ({ default: (await import("./PopoverButton")).PopoverButton }));

/** A {@link PopoverButton} that is loaded after the page: until then a button of the same size holds its place. */
export function LazyPopoverButton(props: PopoverButtonProps) {
  const placeholder = (
    <button type="button" className={buttonClass("plain")} aria-disabled="true">
      <Icon name={props.icon} />
      <span className={props.compact ? "narrow-hidden" : undefined}>{props.label}</span>
      <Icon name="chevronDown" size={12} />
    </button>
  );
  return (
    <Suspense fallback={placeholder}>
      <PopoverButton {...props} />
    </Suspense>
  );
}
