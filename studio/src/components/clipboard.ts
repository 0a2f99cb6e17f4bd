import { t } from "../text/text";

/**
 * Puts a text into the clipboard. A page that came over plain HTTP from another machine has no clipboard of its own: there the older way is gone.
 *
 * @throws Error with what to do, when the browser refuses both.
 */
export async function copyText(text: string): Promise<void> {
  if ("clipboard" in navigator) {
    await navigator.clipboard.writeText(text).catch(() => copyBySelection(text));
  } else {
    copyBySelection(text);
  }
}

function copyBySelection(text: string): void {
  const before = document.activeElement;
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "visually-hidden";
  // Within a dialog, which would take the focus back at once.
  (before?.parentElement ?? document.body).append(area);
  area.select();
  const isDone = document.execCommand("copy");
  area.remove();
  if (before instanceof HTMLElement) before.focus();
  if (!isDone) throw new Error(t("action.copyFailed"));
}
