import { useNavigate } from "@tanstack/react-router";
import { useLayoutEffect, useRef } from "react";
import { actionFor, isTyping, Prefix } from "./shortcuts";

/** Listens for the single-key commands of the Studio, from the first frame on. A page that draws anew between two keys loses none. */
export function useShortcuts(showSheet: () => void, togglePalette: () => void): void {
  const navigate = useNavigate();
  const prefix = useRef(new Prefix());
  useLayoutEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) {
        event.preventDefault();
        togglePalette();
        return;
      }
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      // A dialog has the keyboard to itself.
      if (document.querySelector("[role=dialog], [role=alertdialog]")) return;
      const action = actionFor(event.key, prefix.current.take(event.key, event.timeStamp));
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
