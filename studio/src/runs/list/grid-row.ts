import { cutInTwo } from "../../components/cut-text";
import cutStyles from "../../components/CutText.module.css";
import { makeElement, setAttribute } from "../../components/element";
import fieldStyles from "../../components/fields.module.css";
import { formatCount } from "../../components/format";
import { iconElement } from "../../components/Icon";
import { runColour } from "../../components/run-colour";
import { t } from "../../text/text";
import type { Column } from "./column";
import { GridCell } from "./grid-cell";
import { type GridItem, nameOf, opens } from "./grid-item";
import { type ColumnWindow, pinnedLefts } from "./grid-window";
import type { Line } from "./line-list";
import { RowTools } from "./row-tool";
import styles from "./RunGrid.module.css";

const INDENT_PX = 16;
const NAME_PADDING_PX = 4;

/** What all rows have in common. */
export interface RowFrame {
  columns: readonly Column[];
  widths: readonly number[];
  shown: ColumnWindow;
  /** Columns that stay beside the name; {@link shown} counts from them on. */
  pinned: number;
  nameWidth: number;
  height: number;
  /** Where the first row begins. */
  top: number;
}

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
  private readonly select = makeElement("div", `${styles.cell} ${styles.select}`, { role: "gridcell", "aria-colindex": "1" });
  private readonly box = makeElement("input", fieldStyles.box, { type: "checkbox", tabindex: "-1" });
  private readonly opener = makeElement("button", styles.opener, { type: "button", tabindex: "-1" });
  private readonly dot = makeElement("span", styles.dot);
  private readonly link = makeElement("a", styles.link, { tabindex: "-1", "data-cell": "name" });
  private readonly linkText = document.createTextNode("");
  private readonly linkHead = makeElement("span", cutStyles.head);
  private readonly linkEnd = makeElement("span", cutStyles.end);
  private readonly mark = makeElement("span", styles.childMark);
  private readonly group = makeElement("span", styles.groupName);
  readonly name = makeElement("div", `${styles.cell} ${styles.name}`, { role: "gridcell", "aria-colindex": "2" });
  private readonly gap = makeElement("span", styles.gap, { role: "presentation" });
  private readonly cells = new Map<number, GridCell>();
  private readonly tools = new RowTools(this);
  private openerShows: boolean | null = null;
  private drawnAs: "run" | "group" | "pending" | null = null;

  constructor(
    slot: number,
    private readonly hrefOf: (runId: string) => string,
  ) {
    this.element = makeElement("div", styles.row, { role: "row", id: rowId(slot) }, this.select, this.name, this.gap);
  }

  show(index: number, frame: RowFrame, { line, isActive, isSelected }: RowState, now: number): void {
    if (index !== this.index || frame !== this.frame) this.moveTo(index, frame);
    if (frame !== this.frame) this.arrange(frame, now);
    const { item } = this;
    if (line?.item !== item || line?.isOpen !== this.line?.isOpen || line?.depth !== this.line?.depth || this.drawnAs === null) this.fill(line, now);
    this.line = line;
    this.element.classList.toggle(styles.active ?? "", isActive);
    this.element.classList.toggle(styles.selected ?? "", isSelected);
    if (line?.item.kind === "run") {
      if (this.box.checked !== isSelected) this.box.checked = isSelected;
      setAttribute(this.element, "aria-selected", String(isSelected));
    }
  }

  tick(now: number, isMinute: boolean): void {
    for (const cell of this.cells.values()) cell.tick(now, isMinute);
  }

  /** The pointer is at `target` in this row: what can be done here is shown. */
  point(target: Element, now: number): void {
    if (this.line === undefined) return;
    this.tools.show();
    for (const cell of this.cells.values()) if (cell.element.contains(target)) cell.explain(now);
    if (this.name.contains(target)) this.link.title = this.link.textContent;
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
    const wanted = [...columns.keys()].filter((at) => at < pinned || (at >= pinned + shown.first && at < pinned + shown.end));
    for (const [at, cell] of this.cells) {
      if (wanted.includes(at) && cell.column === columns[at]) continue;
      cell.element.remove();
      this.cells.delete(at);
    }
    this.name.style.width = `${nameWidth}px`;
    this.gap.style.width = `${shown.before}px`;
    for (const at of wanted) this.placeCell(frame, at, lefts[at], now);
    this.frame = frame;
  }

  private placeCell({ columns, widths, pinned }: RowFrame, at: number, left: number | undefined, now: number): void {
    const column = columns[at];
    if (column === undefined) return;
    let cell = this.cells.get(at);
    if (cell === undefined) {
      cell = new GridCell(column, at);
      this.cells.set(at, cell);
      const after = [...this.cells].filter(([other]) => other > at && other < pinned === at < pinned).sort(([one], [other]) => one - other)[0]?.[1];
      this.element.insertBefore(cell.element, after?.element ?? (at < pinned ? this.gap : null));
      if (this.item !== undefined) cell.show(this.item, now);
    }
    cell.place(widths[at] ?? 0, left, left === undefined && at === columns.length - 1);
  }

  private fill(line: Line<GridItem> | undefined, now: number): void {
    const item = line?.item;
    if (runIdOf(item) !== runIdOf(this.item)) this.tools.hide();
    setAttribute(this.element, "aria-level", line ? String(line.depth + 1) : null);
    setAttribute(this.element, "aria-expanded", item && opens(item) ? String(line.isOpen) : null);
    if (item?.kind !== "run") setAttribute(this.element, "aria-selected", null);
    this.dress(item?.kind ?? "pending");
    if (line !== undefined) this.fillName(line);
    if (item !== this.item || item === undefined) for (const cell of this.cells.values()) cell.show(item, now);
    this.item = item;
  }

  private dress(as: "run" | "group" | "pending"): void {
    if (as === this.drawnAs) return;
    this.drawnAs = as;
    this.element.classList.toggle(styles.group ?? "", as === "group");
    this.element.classList.toggle(styles.pendingRow ?? "", as === "pending");
    this.select.replaceChildren(...(as === "run" ? [this.box] : []));
    const parts = { run: [this.opener, this.dot, this.link], group: [this.opener, this.group, this.mark], pending: [] }[as];
    this.name.replaceChildren(...parts);
  }

  private fillName({ item, depth, isOpen }: Line<GridItem>): void {
    this.name.style.paddingLeft = `${NAME_PADDING_PX + depth * INDENT_PX}px`;
    const name = nameOf(item);
    this.fillOpener(opens(item) ? isOpen : null, name);
    if (item.kind === "group") {
      this.group.textContent = name;
      this.group.title = name;
      this.mark.textContent = formatCount(item.group.count);
      this.mark.removeAttribute("data-child");
      return;
    }
    const { run } = item.row;
    this.box.setAttribute("aria-label", t("grid.select", { name }));
    this.dot.style.background = runColour(run.id);
    this.writeName(name);
    this.link.href = this.hrefOf(run.id);
    if (this.link.title) this.link.removeAttribute("title");
    if (run.parent_id) {
      this.mark.textContent = t("run.child");
      this.mark.dataset.child = "";
      this.link.after(this.mark);
    } else this.mark.remove();
  }

  /** A long name is cut in its middle where there is no room; what reads the page aloud is told the whole. */
  private writeName(name: string): void {
    const [head, end] = cutInTwo(name);
    this.link.classList.toggle(styles.cutLink ?? "", end !== "");
    setAttribute(this.link, "aria-label", end === "" ? null : name);
    const parts = end === "" ? [this.linkText] : [this.linkHead, this.linkEnd];
    if (parts[0]?.parentNode !== this.link) this.link.replaceChildren(...parts);
    if (end === "") this.linkText.data = head;
    else {
      this.linkHead.textContent = head;
      this.linkEnd.textContent = end;
    }
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
