import { useSyncExternalStore } from "react";

/** The views that the reader keeps on the home page, by workspace. They belong to the browser, as the theme does. */
const STORAGE_KEY = "runyard.pinned-views";
const listeners = new Set<() => void>();
let pinned = stored();

export function usePinnedViews(workspace: string): readonly string[] {
  return useSyncExternalStore(subscribe, () => pinned)[workspace] ?? NONE;
}

/** Puts a view on the home page, behind those that are there, or takes it away. */
export function pinView(workspace: string, viewId: string, isPinned: boolean): void {
  const others = (pinned[workspace] ?? NONE).filter((id) => id !== viewId);
  pinned = { ...pinned, [workspace]: isPinned ? [...others, viewId] : others };
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify(pinned));
  } catch {
    // Storage is blocked: the choice holds until the page is closed.
  }
  for (const listener of listeners) listener();
}

const NONE: readonly string[] = [];

function stored(): Readonly<Record<string, readonly string[]>> {
  try {
    return parsePinned(localStorage.getItem(STORAGE_KEY) ?? "");
  } catch {
    return {};
  }
}

/** Reads what was stored; what is no list of texts is left out. */
export function parsePinned(text: string): Record<string, readonly string[]> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return {};
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return {};
  const isTexts = (list: unknown): list is string[] => Array.isArray(list) && list.every((each) => typeof each === "string");
  return Object.fromEntries(Object.entries(value).flatMap(([workspace, ids]) => (isTexts(ids) ? [[workspace, ids]] : [])));
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
