/** What the reader can put the focus on. */
const FOCUSABLE = 'a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea:not(:disabled), [tabindex="0"]';
const DIALOG = "[role=dialog], [role=alertdialog]";
/** How long a page that was come back to may take until it shows what had the focus. */
const SEEK_MS = 10_000;

/** Where something stood: the places in which it was, from the nearest to the page, each with the index of what was in it. */
interface Trail {
  element: Element;
  steps: { parent: Element; index: number }[];
  /** Which of the focusable elements it was in what it was directly or indirectly in, by the same steps. */
  place: number[];
}

/** How something is found again in a page that was drawn anew: by what it is called. */
interface Mark {
  tag: string;
  name: string;
  /** Which of those that are called so. */
  number: number;
}

/**
 * Keeps the reader's place in `page`: when what had the focus goes away, as the row of a thing that was deleted does, its neighbour gets it; what a
 * dialog was opened from gets it back; and who comes back to a page has it on what was opened there.
 */
export class FocusKeeper {
  private trail: Trail | null = null;
  private readonly marks = new Map<string, Mark>();
  private readonly observer = new MutationObserver(() => this.onRemoval());
  private readonly listening = new AbortController();
  private seeking: { observer: MutationObserver; timer: ReturnType<typeof setTimeout> } | null = null;

  constructor(private readonly page: HTMLElement) {
    const { signal } = this.listening;
    document.addEventListener("focusin", (event) => this.onFocus(event.target), { signal });
    document.addEventListener("pointerdown", () => this.onPointer(), { signal });
    document.addEventListener("keydown", () => this.endSeek(), { signal });
  }

  close(): void {
    this.listening.abort();
    this.forget();
    this.endSeek();
  }

  /** The reader leaves the page with the key `key`. */
  leave(key: string): void {
    const mark = this.trail && markOf(this.page, this.trail.element);
    if (mark) this.marks.set(key, mark);
    else this.marks.delete(key);
    this.forget();
  }

  /** The reader is back on the page with the key `key`, which may still have to be drawn. */
  comeBack(key: string): void {
    this.endSeek();
    const mark = this.marks.get(key);
    if (!mark) return;
    const seek = () => {
      const found = hasNoFocus() ? elementOf(this.page, mark) : null;
      if (found) found.focus();
      if (found || !hasNoFocus()) this.endSeek();
    };
    const observer = new MutationObserver(seek);
    observer.observe(this.page, { childList: true, subtree: true });
    this.seeking = { observer, timer: setTimeout(() => this.endSeek(), SEEK_MS) };
    seek();
  }

  private endSeek(): void {
    this.seeking?.observer.disconnect();
    clearTimeout(this.seeking?.timer);
    this.seeking = null;
  }

  private onFocus(target: EventTarget | null): void {
    if (!(target instanceof Element) || target.closest(DIALOG)) return; // what a dialog was opened from gets the focus back
    if (target !== this.page && this.page.contains(target)) this.follow(target);
    else this.forget();
  }

  /** A press on what takes no focus is a wish to have it nowhere. */
  private onPointer(): void {
    this.endSeek();
    setTimeout(() => hasNoFocus() && this.forget());
  }

  private follow(element: Element): void {
    this.forget();
    this.trail = trailOf(this.page, element);
    for (const { parent } of this.trail.steps) this.observer.observe(parent, { childList: true });
    this.observer.observe(document.body, { childList: true }); // where dialogs come and go
  }

  private forget(): void {
    this.observer.disconnect();
    this.trail = null;
  }

  private onRemoval(): void {
    const { trail } = this;
    if (trail === null) return;
    if (trail.element.isConnected) this.follow(trail.element); // it may stand elsewhere now
    if (!hasNoFocus()) return;
    // A dialog that closes at the same time gives the focus back by itself in the next frame, if it can.
    const kept = this.trail;
    requestAnimationFrame(() => requestAnimationFrame(() => kept !== null && this.trail === kept && hasNoFocus() && !document.querySelector(DIALOG) && this.giveBack(kept)));
  }

  private giveBack(trail: Trail): void {
    if (trail.element instanceof HTMLElement && trail.element.isConnected) trail.element.focus();
    else this.moveOn(trail);
  }

  private moveOn(trail: Trail): void {
    this.forget();
    const at = trail.steps.findIndex(({ parent }) => parent.isConnected);
    const step = trail.steps[at];
    if (step === undefined) return;
    const neighbour = step.parent.children[step.index] ?? step.parent.children[step.index - 1];
    const inNeighbour = neighbour ? focusableIn(neighbour) : [];
    const next = inNeighbour[trail.place[at] ?? 0] ?? inNeighbour.at(-1) ?? focusableIn(step.parent)[0] ?? this.page;
    next.focus();
  }
}

function hasNoFocus(): boolean {
  return document.activeElement === null || document.activeElement === document.body;
}

function trailOf(page: Element, element: Element): Trail {
  const steps: Trail["steps"] = [];
  const place: number[] = [];
  for (let child = element; child !== page && child.parentElement; child = child.parentElement) {
    steps.push({ parent: child.parentElement, index: [...child.parentElement.children].indexOf(child) });
    place.push(focusableIn(child).findIndex((each) => each === element));
  }
  return { element, steps, place };
}

/** What can have the focus in an element, and the element itself. */
function focusableIn(element: Element): HTMLElement[] {
  const inside = [...element.querySelectorAll<HTMLElement>(FOCUSABLE)];
  return element instanceof HTMLElement && element.matches(FOCUSABLE) ? [element, ...inside] : inside;
}

function nameOf(element: Element): string {
  return element.getAttribute("href") ?? element.getAttribute("aria-label") ?? element.textContent ?? "";
}

function markOf(page: Element, element: Element): Mark | null {
  // What has places of its own within, such as the grid, keeps them itself.
  if (!element.isConnected || element.closest("[data-grid]") || !element.matches("a[href], button")) return null;
  const tag = element.localName;
  const name = nameOf(element);
  const number = [...page.querySelectorAll(tag)].filter((each) => nameOf(each) === name).indexOf(element);
  return { tag, name, number };
}

function elementOf(page: Element, { tag, name, number }: Mark): HTMLElement | null {
  const found = [...page.querySelectorAll<HTMLElement>(tag)].filter((each) => nameOf(each) === name);
  return found[number] ?? null;
}
