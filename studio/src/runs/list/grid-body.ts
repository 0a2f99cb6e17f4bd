import { whenIdle } from "../../components/idle";
import { GridRow, rowId } from "./grid-row";
import { drawnRows, type RowWindow, rowWindow, visibleRows } from "./grid-window";
import type { EditedCell, RowFrame } from "./row-blank";
import { toolAt } from "./row-tool";
import type { GridLines } from "./useLines";

/** Times count on in seconds; what says how long ago something was is renewed every so many of them. */
const TICK_MS = 1000;
const TICKS_A_MINUTE = 30;

/** What the reader can do in a row. */
export interface RowActions {
  toggle: (index: number, extend: boolean) => void;
  activate: (index: number) => void;
  /** Opens and closes what lies below a line. */
  open: (index: number) => void;
  edit: (index: number, cell: EditedCell, anchor: Element) => void;
  menu: (index: number, anchor: Element) => void;
  /** Goes to the page of the line's run. */
  follow: (index: number) => void;
  /** The reader may be about to go there. */
  prepare: () => void;
}

/** What the grid shows, and in which form. */
export interface GridState {
  frame: RowFrame;
  lines: GridLines;
  /** Height of what is scrolled, the head left out. */
  viewHeight: number;
  /** How far it is scrolled. Told and not asked for: the browser would have to lay the page out to answer. */
  scrollTop: number;
  active: number;
  selected: ReadonlySet<string>;
}

/**
 * The rows of the grid that are on the screen, in elements that are used again: an element for each line modulo their number.
 *
 * Without a framework, since it works at every frame of scrolling.
 */
export class GridBody {
  private state: GridState | null = null;
  private rows: (GridRow | undefined)[] = [];
  private ticks = 0;
  /** The first row of the last drawing; far away before the first. */
  private first = Number.NEGATIVE_INFINITY;
  private callOff: (() => void) | null = null;
  private readonly timer: ReturnType<typeof setInterval>;
  private readonly listening = new AbortController();

  /** `host` holds the rows; `scroller` is what scrolls them, and has the focus. */
  constructor(
    private readonly host: HTMLElement,
    private readonly scroller: HTMLElement,
    private readonly hrefOf: (runId: string) => string,
    private readonly actions: RowActions,
  ) {
    const { signal } = this.listening;
    host.addEventListener("mousedown", (event) => this.onMouseDown(event), { signal });
    host.addEventListener("click", (event) => this.onClick(event), { signal });
    host.addEventListener("dblclick", (event) => this.onDoubleClick(event), { signal });
    host.addEventListener("contextmenu", (event) => this.onContextMenu(event), { signal });
    host.addEventListener("pointerover", (event) => this.onPointerOver(event), { signal });
    this.timer = setInterval(() => this.tick(), TICK_MS);
  }

  close(): void {
    clearInterval(this.timer);
    this.callOff?.();
    this.listening.abort();
    this.host.replaceChildren();
  }

  update(state: GridState): void {
    this.state = state;
    // What waits for the screen to be drawn waits on.
    this.draw(this.callOff !== null);
  }

  scrolledTo(scrollTop: number): void {
    if (this.state === null) return;
    this.state = { ...this.state, scrollTop };
    this.draw();
  }

  /** Lines have come or changed: what is on the screen first. */
  drawNews(): void {
    this.draw(true);
  }

  /** Shows what is on the screen now. With none of its rows drawn yet, or when it `hastens`, the rows beyond its edges come after it. */
  private draw(hastens = false): void {
    this.callOff?.();
    this.callOff = null;
    if (this.state === null) return;
    const { frame, lines, viewHeight, scrollTop } = this.state;
    const all = rowWindow(scrollTop, viewHeight, frame.height, lines.total ?? 0);
    const count = drawnRows(viewHeight, frame.height);
    this.keepRows(count, all.first, all.last);
    const isFar = Math.abs(all.first - this.first) >= count;
    this.first = all.first;
    if (hastens || isFar) this.callOff = whenIdle(() => this.draw());
    this.drawRows(this.state, hastens || isFar ? visibleRows(all, scrollTop, viewHeight, frame.height) : all);
  }

  private drawRows({ frame, lines, active, selected }: GridState, { first, last }: RowWindow): void {
    const now = Date.now();
    for (let index = first; index <= last; index += 1) {
      const line = lines.lineAt(index);
      const isSelected = line?.item.kind === "run" && selected.has(line.item.row.run.id);
      this.rowFor(index, frame).show(index, frame, { line, isActive: index === active, isSelected }, now);
    }
    const activeId = active >= first && active <= last ? rowId(active % this.rows.length) : null;
    if (activeId === null) this.scroller.removeAttribute("aria-activedescendant");
    else this.scroller.setAttribute("aria-activedescendant", activeId);
  }

  /** The element of a line, or of one of its cells; undefined when it is not on the screen. */
  elementOf(index: number, cell?: EditedCell): Element | undefined {
    const row = this.rows.find((each) => each?.index === index);
    return (cell && row?.element.querySelector(`[data-cell="${cell}"]`)) ?? row?.element;
  }

  /** Has `count` places for rows, and none shows a line outside the window. */
  private keepRows(count: number, first: number, last: number): void {
    if (count !== this.rows.length) {
      this.host.replaceChildren();
      this.rows = Array.from({ length: count });
    }
    if (last - first + 1 === count) return;
    this.rows.forEach((row, slot) => {
      if (row === undefined || (row.index >= first && row.index <= last)) return;
      row.element.remove();
      this.rows[slot] = undefined;
    });
  }

  private rowFor(index: number, frame: RowFrame): GridRow {
    const slot = index % this.rows.length;
    const known = this.rows[slot];
    if (known !== undefined) return known;
    const made = new GridRow(slot, this.hrefOf, frame);
    this.rows[slot] = made;
    this.host.append(made.element);
    return made;
  }

  private tick(): void {
    this.ticks += 1;
    const now = Date.now();
    for (const row of this.rows) row?.tick(now, this.ticks % TICKS_A_MINUTE === 0);
  }

  private at(event: Event): { row: GridRow; target: Element } | null {
    if (!(event.target instanceof Element)) return null;
    const element = event.target.closest("[role=row]");
    const row = this.rows.find((each) => each?.element === element);
    return row ? { row, target: event.target } : null;
  }

  private onMouseDown(event: MouseEvent): void {
    const found = this.at(event);
    if (found) this.actions.activate(found.row.index);
  }

  private onClick(event: MouseEvent): void {
    const found = this.at(event);
    if (!found) return;
    const { row, target } = found;
    const pressed = toolAt(target);
    const part = row.partAt(target);
    if (pressed?.tool === "menu") this.actions.menu(row.index, pressed.element);
    else if (pressed) this.actions.edit(row.index, pressed.tool, pressed.element.closest("[role=gridcell]") ?? pressed.element);
    else if (part === "box") this.actions.toggle(row.index, event.shiftKey);
    else if (part === "opener") this.actions.open(row.index);
    else if (part === "link" && isPlain(event)) {
      event.preventDefault();
      this.actions.follow(row.index);
    }
  }

  private onDoubleClick(event: MouseEvent): void {
    const found = this.at(event);
    const cell = found?.target.closest<HTMLElement>("[data-cell]");
    const edited = cell?.dataset.cell;
    if (found && cell && (edited === "tags" || edited === "description")) this.actions.edit(found.row.index, edited, cell);
  }

  private onContextMenu(event: MouseEvent): void {
    const found = this.at(event);
    if (found?.row.line?.item.kind !== "run") return;
    event.preventDefault();
    this.actions.menu(found.row.index, found.row.element);
  }

  private onPointerOver(event: PointerEvent): void {
    const found = this.at(event);
    if (!found) return;
    found.row.point(found.target, Date.now());
    if (found.row.partAt(found.target) === "link") this.actions.prepare();
  }
}

/** A click that the browser would not open elsewhere. */
function isPlain(event: MouseEvent): boolean {
  return event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
}

