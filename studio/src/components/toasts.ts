import { useSyncExternalStore } from "react";

/** A message about what was just done, with a way to take it back. */
export interface Toast {
  id: number;
  text: string;
  undo?: () => Promise<unknown>;
  tone: "done" | "failed";
}

/** How long what was done can be taken back. */
export const TOAST_MS = 8000;

let toasts: readonly Toast[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

/** Shows `text` for a while. With `undo` it offers to take it back. */
export function showToast(text: string, undo?: () => Promise<unknown>): void {
  add({ text, undo, tone: "done" });
}

/** Shows that something failed, until it is closed. */
export function showFailure(text: string): void {
  add({ text, tone: "failed" });
}

export function closeToast(id: number): void {
  toasts = toasts.filter((toast) => toast.id !== id);
  for (const listener of listeners) listener();
}

export function useToasts(): readonly Toast[] {
  return useSyncExternalStore(subscribe, () => toasts);
}

function add(toast: Omit<Toast, "id">): void {
  lastId += 1;
  // The newest few: a reader cannot follow more.
  toasts = [...toasts.slice(-2), { ...toast, id: lastId }];
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
