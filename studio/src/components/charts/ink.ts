/** Colours for a canvas, which does not know custom properties. */

const resolved = new Map<string, string>();
let resolvedTheme: string | undefined;

/** What `colour`, any CSS colour, is in the theme that is shown. */
export function inkOf(colour: string): string {
  const theme = document.documentElement.dataset.theme;
  if (theme !== resolvedTheme) {
    resolved.clear();
    resolvedTheme = theme;
  }
  const known = resolved.get(colour);
  if (known !== undefined) return known;
  const probe = document.createElement("span");
  probe.style.color = colour;
  document.body.append(probe);
  const ink = getComputedStyle(probe).color;
  probe.remove();
  resolved.set(colour, ink);
  return ink;
}
