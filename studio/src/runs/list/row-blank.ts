import { makeElement } from "../../components/element";
import fieldStyles from "../../components/fields.module.css";
import type { Column } from "./column";
import { isNumeric } from "./column-look";
import { type ColumnWindow, pinnedLefts } from "./grid-window";
import styles from "./RunGrid.module.css";

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
  /** The run whose children are listed, by its name. */
  above: string | null;
}

/** The elements of a row that shows nothing yet. */
export interface BlankRow {
  element: HTMLElement;
  select: HTMLElement;
  box: HTMLInputElement;
  name: HTMLElement;
  opener: HTMLElement;
  dot: HTMLElement;
  link: HTMLAnchorElement;
  gap: HTMLElement;
  /** The cells of the columns that are shown, by the place of their column. */
  cells: Map<number, HTMLElement>;
}

/** What the reader can change in a cell. */
export type EditedCell = "name" | "tags" | "description";

/** The cells of a column that the reader can change. */
export function editedCell(column: Column): Exclude<EditedCell, "name"> | null {
  return column.kind === "plain" && (column.key === "tags" || column.key === "description") ? column.key : null;
}

/** The columns that are drawn, by their places. */
export function shownColumns({ columns, shown, pinned }: RowFrame): number[] {
  return [...columns.keys()].filter((at) => at < pinned || (at >= pinned + shown.first && at < pinned + shown.end));
}

const blanks = new WeakMap<RowFrame, HTMLElement>();

/** A new blank row of a frame. It is a copy of the first one: that costs a small part of making each of its elements. */
export function blankRow(frame: RowFrame): BlankRow {
  let blank = blanks.get(frame);
  if (blank === undefined) {
    blank = makeBlank(frame);
    blanks.set(frame, blank);
  }
  return partsOf(blank.cloneNode(true) as HTMLElement, frame);
}

function makeBlank(frame: RowFrame): HTMLElement {
  const { columns, widths, shown, pinned, nameWidth } = frame;
  const box = makeElement("input", fieldStyles.box, { type: "checkbox", tabindex: "-1" });
  const select = makeElement("div", `${styles.cell} ${styles.select}`, { role: "gridcell", "aria-colindex": "1" }, box);
  const opener = makeElement("button", styles.opener, { type: "button", tabindex: "-1" });
  const link = makeElement("a", styles.link, { tabindex: "-1", "data-cell": "name" });
  const name = makeElement("div", `${styles.cell} ${styles.name}`, { role: "gridcell", "aria-colindex": "2" }, opener, makeElement("span", styles.dot), link);
  const gap = makeElement("span", styles.gap, { role: "presentation" });
  name.style.width = `${nameWidth}px`;
  gap.style.width = `${shown.before}px`;
  const lefts = pinnedLefts(nameWidth, widths, pinned);
  const cells = shownColumns(frame).flatMap((at): [number, HTMLElement][] => {
    const column = columns[at];
    if (column === undefined) return [];
    const cell = blankCell(column, at);
    placeCell(cell, frame, at, lefts[at]);
    return [[at, cell]];
  });
  const those = (isPinned: boolean) => cells.filter(([at]) => at < pinned === isPinned).map(([, cell]) => cell);
  return makeElement("div", styles.row, { role: "row" }, select, name, ...those(true), gap, ...those(false));
}

function partsOf(element: HTMLElement, frame: RowFrame): BlankRow {
  const parts = [...element.children] as HTMLElement[];
  const [select, name] = parts.splice(0, 2) as [HTMLElement, HTMLElement];
  const [gap] = parts.splice(frame.pinned, 1) as [HTMLElement];
  const [opener, dot, link] = [...name.children] as [HTMLElement, HTMLElement, HTMLAnchorElement];
  const cells = new Map(shownColumns(frame).map((at, place): [number, HTMLElement] => [at, parts[place] as HTMLElement]));
  return { element, select, box: select.firstElementChild as HTMLInputElement, name, opener, dot, link, gap, cells };
}

/** A cell that shows nothing yet: a text, in a box of its own where the reader can change it, so that the button beside it stays. */
export function blankCell(column: Column, at: number): HTMLElement {
  const element = makeElement("div", `${styles.data} ${isNumeric(column) ? styles.numeric : ""}`, { role: "gridcell", "aria-colindex": String(at + 3) });
  const edited = editedCell(column);
  const text = document.createTextNode("");
  element.append(edited === null ? text : makeElement("span", styles.text, {}, text));
  if (edited !== null) element.dataset.cell = edited;
  return element;
}

/** `left`: where the cell stays when it is pinned. */
export function placeCell(element: HTMLElement, { columns, widths }: RowFrame, at: number, left: number | undefined): void {
  element.style.width = `${widths[at] ?? 0}px`;
  element.style.left = left === undefined ? "" : `${left}px`;
  element.classList.toggle(styles.pinned ?? "", left !== undefined);
  element.classList.toggle(styles.last ?? "", left === undefined && at === columns.length - 1);
}
