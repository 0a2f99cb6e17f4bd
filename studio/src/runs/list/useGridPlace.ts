import { useRouter } from "@tanstack/react-router";
import { type RefObject, useLayoutEffect, useRef, useSyncExternalStore } from "react";
import type { GridLines } from "./useLines";

/** Where the reader was in a list: the line that was chosen, what was scrolled away above, and what was open. */
interface GridPlace {
  key: string | null;
  index: number;
  top: number;
  left: number;
  open: readonly string[];
}

/** Rows are looked for so far from where they were: others may have come or gone meanwhile. */
const NEAR = 200;
const ON_SCREEN = 10;
const kept = new Map<string, GridPlace>();

/**
 * Brings the reader back to the line that was opened, with Back or Forward: the list is scrolled and opened as it was, and has the focus on that
 * line. `moveTo` makes a line the active one.
 */
export function useGridPlace(box: RefObject<HTMLElement | null>, lines: GridLines, active: number, moveTo: (index: number) => void): void {
  const router = useRouter();
  const wanted = useRef<GridPlace | null>(null);
  const latest = useRef({ lines, active, moveTo });
  useLayoutEffect(() => {
    latest.current = { lines, active, moveTo };
  });
  useLayoutEffect(() => {
    const element = box.current;
    const key = router.latestLocation.state.__TSR_key ?? "";
    wanted.current = kept.get(key) ?? null;
    kept.delete(key);
    if (wanted.current) latest.current.lines.reopen(wanted.current.open);
    // Who does something in the list meanwhile is not brought elsewhere.
    const forget = () => void (wanted.current = null);
    const acts = ["wheel", "pointerdown", "keydown"] as const;
    for (const act of acts) element?.addEventListener(act, forget, { passive: true });
    const end = router.subscribe("onBeforeNavigate", ({ fromLocation, pathChanged }) => {
      const { lines: shown, active: index } = latest.current;
      const left = fromLocation?.state.__TSR_key;
      if (!pathChanged || !left || !element || index < 0) return;
      kept.set(left, { key: shown.lineAt(index)?.key ?? null, index, top: element.scrollTop, left: element.scrollLeft, open: shown.openKeys() });
    });
    return () => {
      end();
      for (const act of acts) element?.removeEventListener(act, forget);
    };
  }, [router, box]);

  // What is being read is followed until the line is found: it may come without changing anything around the lines.
  const version = useSyncExternalStore(lines.subscribe, () => (wanted.current === null ? null : lines.version));
  useLayoutEffect(() => {
    const place = wanted.current;
    const element = box.current;
    if (place === null || element === null || lines.total === null) return;
    element.scrollTo(place.left, place.top);
    const index = lineNear(lines, place);
    if (index === null) return;
    wanted.current = null;
    if (document.activeElement === document.body) element.focus({ preventScroll: true });
    latest.current.moveTo(index); // after the focus, which without an active line makes the one at the top active
  }, [box, lines, version]);
}

/** Where the line is now; null while what stands around it is being read. One that is gone leaves its place to the next. */
function lineNear(lines: GridLines, { key, index }: GridPlace): number | null {
  const last = (lines.total ?? 0) - 1;
  const at = Math.min(index, last);
  let isRead = true;
  for (let far = 0; far <= NEAR; far += 1) {
    for (const near of [at + far, at - far]) {
      if (near < 0 || near > last) continue;
      const line = lines.lineAt(near);
      if (line?.key === key) return near;
      if (line === undefined && far <= ON_SCREEN) isRead = false;
    }
  }
  return isRead ? at : null;
}
