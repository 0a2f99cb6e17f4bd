import { useNavigate } from "@tanstack/react-router";
import { useLayoutEffect, useRef } from "react";
import { actionFor, isTyping } from "./shortcuts";

const PREFIX_MS = 1200;

/** The first key of two, until the second comes or it is too late. */
interface Prefix {
  key: string | null;
  timer?: ReturnType<typeof setTimeout>;
}

/** Listens for the single-key commands of the Studio, from the first frame on. A page that draws anew between two keys loses none. */
export function useShortcuts(showSheet: () => void, togglePalette: () => void): void {
  const navigate = useNavigate();
  const held = useRef<Prefix>({ key: null });
  useLayoutEffect(() => {
    const prefix = held.current;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) {
        event.preventDefault();
        togglePalette();
        return;
      }
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      // A dialog has the keyboard to itself.
      if (document.querySelector("[role=dialog], [role=alertdialog]")) return;
      const action = actionFor(event.key, prefix.key);
      clearTimeout(prefix.timer);
      prefix.key = event.key === "g" && prefix.key === null ? "g" : null;
      if (prefix.key !== null) prefix.timer = setTimeout(() => (prefix.key = null), PREFIX_MS);
      if (action === null) return;
      if (action.type === "go") void navigate({ to: action.to });
      else if (action.type === "sheet") showSheet();
      else if (!actOn(action.type === "grid" ? "[data-grid]" : `[data-shortcut="${CSS.escape(action.key)}"]`)) return;
      event.preventDefault();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, [navigate, showSheet, togglePalette]);
}

/** Focuses a field or the grid, and presses anything else. */
function actOn(selector: string): boolean {
  const element = document.querySelector<HTMLElement>(selector);
  if (!element) return false;
  if (element.matches("input, [data-grid]")) element.focus();
  else element.click();
  return true;
}
