import { cutInTwo } from "../../components/cut-text";
import cutStyles from "../../components/CutText.module.css";
import { makeElement, setAttribute } from "../../components/element";
import { formatCount } from "../../components/format";
import { iconElement } from "../../components/Icon";
import { runColour } from "../../components/run-colour";
import { t } from "../../text/text";
import { nameBelow } from "../name-below";
import { GridCell } from "./grid-cell";
import { type GridItem, nameOf, opens } from "./grid-item";
import { pinnedLefts } from "./grid-window";
import type { Line } from "./line-list";
import { blankCell, blankRow, placeCell, type RowFrame, shownColumns } from "./row-blank";
import { RowTools } from "./row-tool";
import styles from "./RunGrid.module.css";

const INDENT_PX = 16;
const NAME_PADDING_PX = 4;

/** What a row shows. */
export interface RowState {
  line: Line<GridItem> | undefined;
  isActive: boolean;
  isSelected: boolean;
}

/** One row element of the grid, used for one line after the other. Writes only what differs from what it shows. */
export class GridRow {
  readonly element: HTMLElement;
  index = -1;
  line: Line<GridItem> | undefined;
  private item: GridItem | undefined;
  private frame: RowFrame | null = null;
  private readonly select: HTMLElement;
  private readonly box: HTMLInputElement;
  private readonly opener: HTMLElement;
  private readonly dot: HTMLElement;
  private readonly link: HTMLAnchorElement;
  private readonly linkText = document.createTextNode("");
  /** The two parts of a name that is cut; made for the first such name, as what follows is when it is needed. */
  private cut: { head: HTMLElement; end: HTMLElement } | null = null;
  private mark: HTMLElement | null = null;
  private group: HTMLElement | null = null;
  readonly name: HTMLElement;
  private readonly gap: HTMLElement;
  private readonly cells = new Map<number, GridCell>();
  private readonly tools = new RowTools(this);
  private openerShows: boolean | null = null;
  private drawnAs: "run" | "group" | "pending" = "run";
  private isFilled = false;
  private isActive = false;
  private isSelected = false;

  constructor(
    slot: number,
    private readonly hrefOf: (runId: string) => string,
    frame: RowFrame,
  ) {
    const blank = blankRow(frame);
    this.element = blank.element;
    this.element.id = rowId(slot);
    this.select = blank.select;
    this.box = blank.box;
    this.name = blank.name;
    this.opener = blank.opener;
    this.dot = blank.dot;
    this.link = blank.link;
    this.gap = blank.gap;
    this.link.append(this.linkText);
    for (const [at, element] of blank.cells) {
      const column = frame.columns[at];
      if (column !== undefined) this.cells.set(at, new GridCell(column, element));
    }
    this.frame = frame;
  }

  show(index: number, frame: RowFrame, { line, isActive, isSelected }: RowState, now: number): void {
    if (index !== this.index || frame !== this.frame) this.moveTo(index, frame);
    if (frame !== this.frame) this.arrange(frame, now);
    const { item } = this;
    if (line?.item !== item || line?.isOpen !== this.line?.isOpen || line?.depth !== this.line?.depth || !this.isFilled) this.fill(line, now);
    this.line = line;
    if (isActive !== this.isActive) this.element.classList.toggle(styles.active ?? "", isActive);
    this.isActive = isActive;
    if (this.box.checked !== isSelected) this.box.checked = isSelected;
    if (isSelected === this.isSelected) return;
    this.isSelected = isSelected;
    this.element.classList.toggle(styles.selected ?? "", isSelected);
    if (line?.item.kind === "run") this.element.setAttribute("aria-selected", String(isSelected));
  }

  tick(now: number, isMinute: boolean): void {
    for (const cell of this.cells.values()) cell.tick(now, isMinute);
  }

  /** The pointer is at `target` in this row: what can be done here is shown. */
  point(target: Element, now: number): void {
    if (this.line === undefined) return;
    this.tools.show();
    for (const cell of this.cells.values()) if (cell.element.contains(target)) cell.explain(now);
    if (this.name.contains(target)) this.link.title = this.link.ariaLabel ?? this.link.textContent;
  }

  /** The cells that are shown, by what the reader can edit in them. */
  *editedCells(): Iterable<GridCell> {
    for (const cell of this.cells.values()) if (cell.edited !== null) yield cell;
  }

  /** What of the row `target` is in; null when nothing happens there. */
  partAt(target: Element): "box" | "opener" | "link" | null {
    if (target === this.box) return "box";
    if (this.opener.contains(target)) return "opener";
    return this.link.contains(target) ? "link" : null;
  }

  private moveTo(index: number, frame: RowFrame): void {
    this.element.style.transform = `translateY(${frame.top + index * frame.height}px)`;
    if (index !== this.index) this.element.setAttribute("aria-rowindex", String(index + 2));
    this.index = index;
  }

  /** Puts the cells of the columns that are shown into the row; those that stay are kept. */
  private arrange(frame: RowFrame, now: number): void {
    const { columns, widths, shown, pinned, nameWidth } = frame;
    const lefts = pinnedLefts(nameWidth, widths, pinned);
    const wanted = shownColumns(frame);
    for (const [at, cell] of this.cells) {
      if (wanted.includes(at) && cell.column === columns[at]) continue;
      cell.element.remove();
      this.cells.delete(at);
    }
    this.name.style.width = `${nameWidth}px`;
    this.gap.style.width = `${shown.before}px`;
    for (const at of wanted) this.bringCell(frame, at, lefts[at], now);
    this.frame = frame;
  }

  private bringCell(frame: RowFrame, at: number, left: number | undefined, now: number): void {
    const { pinned } = frame;
    const column = frame.columns[at];
    if (column === undefined) return;
    let cell = this.cells.get(at);
    if (cell === undefined) {
      cell = new GridCell(column, blankCell(column, at));
      this.cells.set(at, cell);
      const after = [...this.cells].filter(([other]) => other > at && other < pinned === at < pinned).sort(([one], [other]) => one - other)[0]?.[1];
      this.element.insertBefore(cell.element, after?.element ?? (at < pinned ? this.gap : null));
      if (this.item !== undefined) cell.show(this.item, now);
    }
    placeCell(cell.element, frame, at, left);
  }

  private fill(line: Line<GridItem> | undefined, now: number): void {
    const item = line?.item;
    if (runIdOf(item) !== runIdOf(this.item)) this.tools.hide();
    setAttribute(this.element, "aria-level", line ? String(line.depth + 1) : null);
    setAttribute(this.element, "aria-expanded", item && opens(item) ? String(line.isOpen) : null);
    setAttribute(this.element, "aria-selected", item?.kind === "run" ? String(this.isSelected) : null);
    this.dress(item?.kind ?? "pending");
    if (line !== undefined) this.fillName(line);
    this.isFilled = true;
    if (item !== this.item || item === undefined) for (const cell of this.cells.values()) cell.show(item, now);
    this.item = item;
  }

  private dress(as: "run" | "group" | "pending"): void {
    if (as === this.drawnAs) return;
    this.drawnAs = as;
    this.element.classList.toggle(styles.group ?? "", as === "group");
    this.element.classList.toggle(styles.pendingRow ?? "", as === "pending");
    this.select.replaceChildren(...(as === "run" ? [this.box] : []));
    if (as === "run") this.name.replaceChildren(this.opener, this.dot, this.link);
    else if (as === "group") this.name.replaceChildren(this.opener, this.groupElement(), this.markElement());
    else this.name.replaceChildren();
  }

  private fillName({ item, depth, isOpen, above }: Line<GridItem>): void {
    this.name.style.paddingLeft = `${NAME_PADDING_PX + depth * INDENT_PX}px`;
    const name = nameOf(item);
    this.fillOpener(opens(item) ? isOpen : null, name);
    if (item.kind === "group") {
      const [group, mark] = [this.groupElement(), this.markElement()];
      group.textContent = name;
      group.title = name;
      mark.textContent = formatCount(item.group.count);
      mark.removeAttribute("data-child");
      return;
    }
    const { run } = item.row;
    this.box.setAttribute("aria-label", t("grid.select", { name }));
    this.dot.style.background = runColour(run.id);
    this.writeName(name, nameBelow(name, above?.kind === "run" ? nameOf(above) : (this.frame?.above ?? null)));
    this.link.href = this.hrefOf(run.id);
    if (this.link.title) this.link.removeAttribute("title");
    if (run.parent_id) {
      const mark = this.markElement();
      mark.textContent = t("run.child");
      mark.dataset.child = "";
      this.link.after(mark);
    } else this.mark?.remove();
  }

  private groupElement(): HTMLElement {
    this.group ??= makeElement("span", styles.groupName);
    return this.group;
  }

  private markElement(): HTMLElement {
    this.mark ??= makeElement("span", styles.childMark);
    return this.mark;
  }

  /** Writes `shown` for the run's `name`, and cuts it in its middle where there is no room; what reads the page aloud is told the whole name. */
  private writeName(name: string, shown: string): void {
    const [head, end] = cutInTwo(shown);
    this.link.classList.toggle(styles.cutLink ?? "", end !== "");
    setAttribute(this.link, "aria-label", end === "" && shown === name ? null : name);
    if (end === "") {
      if (this.linkText.parentNode !== this.link) this.link.replaceChildren(this.linkText);
      this.linkText.data = head;
      return;
    }
    this.cut ??= { head: makeElement("span", cutStyles.head), end: makeElement("span", cutStyles.end) };
    if (this.cut.head.parentNode !== this.link) this.link.replaceChildren(this.cut.head, this.cut.end);
    this.cut.head.textContent = head;
    this.cut.end.textContent = end;
  }

  /** `isOpen` is null where nothing lies below. */
  private fillOpener(isOpen: boolean | null, name: string): void {
    this.opener.classList.toggle(styles.noOpener ?? "", isOpen === null);
    if (isOpen === null) return;
    this.opener.setAttribute("aria-label", isOpen ? t("grid.close", { name }) : t("grid.open", { name }));
    // Only when it changes: a click whose icon is exchanged under the pointer is none.
    if (isOpen === this.openerShows) return;
    this.openerShows = isOpen;
    this.opener.replaceChildren(iconElement(isOpen ? "chevronDown" : "chevronRight", 12));
  }
}

export function rowId(slot: number): string {
  return `run-row-${slot}`;
}

function runIdOf(item: GridItem | undefined): string | null {
  return item?.kind === "run" ? item.row.run.id : null;
}
