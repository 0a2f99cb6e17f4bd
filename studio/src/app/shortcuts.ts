import type { TextId } from "../text/text";

/** The keys of the Studio, as the sheet shows them. */
export const SHORTCUTS: readonly { keys: readonly string[]; text: TextId }[] = [
  { keys: ["Ctrl", "K"], text: "shortcut.palette" },
  { keys: ["g", "h"], text: "shortcut.home" },
  { keys: ["g", "r"], text: "shortcut.runs" },
  { keys: ["g", "e"], text: "shortcut.experiments" },
  { keys: ["g", "v"], text: "shortcut.views" },
  { keys: ["g", "c"], text: "shortcut.compute" },
  { keys: ["g", "n"], text: "shortcut.environments" },
  { keys: ["/"], text: "shortcut.search" },
  { keys: ["j", "k"], text: "shortcut.move" },
  { keys: ["Enter"], text: "shortcut.open" },
  { keys: ["x"], text: "shortcut.select" },
  { keys: ["→", "←"], text: "shortcut.openClose" },
  { keys: ["F2"], text: "shortcut.rename" },
  { keys: ["c"], text: "shortcut.compare" },
  { keys: ["."], text: "shortcut.showNew" },
  { keys: ["1", "…", "8"], text: "shortcut.tabs" },
  { keys: ["[", "]"], text: "shortcut.neighbour" },
  { keys: ["e"], text: "shortcut.description" },
  { keys: ["t"], text: "shortcut.tags" },
  { keys: ["n", "N"], text: "shortcut.match" },
  { keys: ["w"], text: "shortcut.wrap" },
  { keys: ["L"], text: "shortcut.lineLink" },
  { keys: ["G"], text: "shortcut.end" },
  { keys: ["?"], text: "shortcut.sheet" },
];

/** Pages that `g` and a letter lead to. */
export const GO_TO = { h: "/", r: "/runs", e: "/experiments", v: "/views", c: "/compute", n: "/environments" } as const;

/** What a key does outside of fields. `prefix` is the key before it when it was `g`. */
export type ShortcutAction = { type: "go"; to: (typeof GO_TO)[keyof typeof GO_TO] } | { type: "sheet" } | { type: "grid" } | { type: "mark"; key: string } | null;

export function actionFor(key: string, prefix: string | null): ShortcutAction {
  if (prefix === "g") return isGoKey(key) ? { type: "go", to: GO_TO[key] } : null;
  if (key === "?") return { type: "sheet" };
  if (key === "j" || key === "k") return { type: "grid" };
  // Everything else is an element of the page that carries the key in `data-shortcut`.
  return /^[a-z0-9./[\]]$/.test(key) && key !== "g" ? { type: "mark", key } : null;
}

/** How long after the first key of two the second may come. */
const PREFIX_MS = 1200;

/**
 * The first key of two, until the second comes or it is too late. Only the moments of the keys count, not those at which a busy page gets to them.
 */
export class Prefix {
  private key: string | null = null;
  private pressedAt = 0;

  /** Takes a key that was pressed at `at`, in milliseconds. Returns the first one of the pair that it ends, or null. */
  take(key: string, at: number): string | null {
    const before = at - this.pressedAt <= PREFIX_MS ? this.key : null;
    this.key = key === "g" && before === null ? "g" : null;
    this.pressedAt = at;
    return before;
  }
}

function isGoKey(key: string): key is keyof typeof GO_TO {
  return key in GO_TO;
}

/** True where a letter is text and not a command. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.matches("textarea, select, input:not([type=checkbox]):not([type=radio]):not([type=range])");
}
