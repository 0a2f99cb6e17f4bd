import { useSyncExternalStore } from "react";

/** What the reader chose; `system` follows the machine. public/start.js applies the same before the first paint. */
export type ThemeChoice = "system" | "light" | "dark";

const STORAGE_KEY = "runyard.theme";
const listeners = new Set<() => void>();
const systemIsDark = window.matchMedia("(prefers-color-scheme: dark)");

systemIsDark.addEventListener("change", apply);

export function setTheme(choice: ThemeChoice): void {
  try {
    if (choice === "system") localStorage.removeItem(STORAGE_KEY);
    else localStorage.setItem(STORAGE_KEY, choice);
  } catch {
    // Storage is blocked: the choice holds until the page is closed.
  }
  chosen = choice;
  apply();
}

export function useThemeChoice(): ThemeChoice {
  return useSyncExternalStore(subscribe, () => chosen);
}

/** The theme that is shown, for what is painted on a canvas. */
export function useShownTheme(): "light" | "dark" {
  return useSyncExternalStore(subscribe, shown);
}

let chosen = stored();

function stored(): ThemeChoice {
  try {
    const text = localStorage.getItem(STORAGE_KEY);
    return text === "light" || text === "dark" ? text : "system";
  } catch {
    return "system";
  }
}

function shown(): "light" | "dark" {
  if (chosen !== "system") return chosen;
  return systemIsDark.matches ? "dark" : "light";
}

function apply(): void {
  document.documentElement.dataset.theme = shown();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
