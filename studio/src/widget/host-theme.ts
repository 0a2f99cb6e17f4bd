import { useSyncExternalStore } from "react";

const systemIsDark = window.matchMedia("(prefers-color-scheme: dark)");

/** Whether the notebook around the widget is dark: JupyterLab and VS Code say so on `body`; elsewhere the machine's own choice holds. */
export function hostTheme(body: HTMLElement): "light" | "dark" {
  const jupyter = body.dataset.jpThemeLight;
  if (jupyter !== undefined) return jupyter === "true" ? "light" : "dark";
  if (body.classList.contains("vscode-dark")) return "dark";
  if (body.classList.contains("vscode-light")) return "light";
  return systemIsDark.matches ? "dark" : "light";
}

export function useHostTheme(): "light" | "dark" {
  return useSyncExternalStore(subscribe, () => hostTheme(document.body));
}

function subscribe(listener: () => void): () => void {
  const observer = new MutationObserver(listener);
  observer.observe(document.body, { attributes: true, attributeFilter: ["class", "data-jp-theme-light"] });
  systemIsDark.addEventListener("change", listener);
  return () => {
    observer.disconnect();
    systemIsDark.removeEventListener("change", listener);
  };
}
