/** Colours for a canvas, which does not know custom properties. */

interface Inks {
  theme: string | undefined;
  resolved: Map<string, string>;
}

const scopes = new WeakMap<HTMLElement, Inks>();
/** The scope of a place that is in the page: looked for once, since a chart asks some hundred times. */
const scopeOfPlace = new WeakMap<Element, HTMLElement>();

/** What `colour`, any CSS colour, is in the theme that is shown around `place`: that of the page, or of a widget in somebody else's page. */
export function inkOf(colour: string, place: Element = document.documentElement): string {
  const scope = scopeOf(place);
  const { resolved } = inksOf(scope);
  const known = resolved.get(colour);
  if (known !== undefined) return known;
  const probe = document.createElement("span");
  probe.style.color = colour;
  (scope === document.documentElement ? document.body : scope).append(probe);
  const ink = getComputedStyle(probe).color;
  probe.remove();
  resolved.set(colour, ink);
  return ink;
}

function scopeOf(place: Element): HTMLElement {
  const known = scopeOfPlace.get(place);
  if (known !== undefined) return known;
  const scope = place.closest<HTMLElement>("[data-theme]") ?? document.documentElement;
  if (place.isConnected) scopeOfPlace.set(place, scope);
  return scope;
}

/** A colour as `#rrggbb`, which is all that a colour field understands. */
export function hexOf(colour: string): string {
  const [red = 0, green = 0, blue = 0] = (inkOf(colour).match(/[\d.]+/g) ?? []).map(Number);
  return `#${[red, green, blue].map((part) => Math.round(Math.min(255, part)).toString(16).padStart(2, "0")).join("")}`;
}

function inksOf(scope: HTMLElement): Inks {
  const { theme } = scope.dataset;
  const known = scopes.get(scope);
  if (known !== undefined && known.theme === theme) return known;
  const made: Inks = { theme, resolved: new Map() };
  scopes.set(scope, made);
  return made;
}
