import { lazy, Suspense } from "react";
import { buttonClass } from "./Button";
import { afterFirstContent } from "./first-content";
import { Icon } from "./Icon";
import { whenIdle } from "./idle";
import type { PopoverButtonProps } from "./PopoverButton";

const PopoverButton = lazy(async () => {
  // What the page is for comes first.
  await afterFirstContent();
  await new Promise<void>(whenIdle);
  return { default: (await import("./PopoverButton")).PopoverButton };
});

interface LazyPopoverButtonProps extends PopoverButtonProps {
  /** True until the page shows what it is for. */
  wait?: boolean;
}

/** A {@link PopoverButton} that is loaded after the page: until then a button of the same size holds its place. */
export function LazyPopoverButton({ wait = false, ...props }: LazyPopoverButtonProps) {
  const placeholder = (
    <button type="button" className={buttonClass("plain")} aria-disabled="true">
      <Icon name={props.icon} />
      <span className={props.compact ? "narrow-hidden" : undefined}>{props.label}</span>
      <Icon name="chevronDown" size={12} />
    </button>
  );
  if (wait) return placeholder;
  return (
    <Suspense fallback={placeholder}>
      <PopoverButton {...props} />
    </Suspense>
  );
}
