import { iconButtonElement } from "../../components/Button";
import { makeElement } from "../../components/element";
import { t } from "../../text/text";
import type { EditedCell } from "./row-blank";
import { nameOf } from "./grid-item";
import type { GridRow } from "./grid-row";
import styles from "./RunGrid.module.css";

/** What a button in a row does. */
export type RowTool = EditedCell | "menu";

const TOOL = "tool";

/** The buttons of a row. Made when the pointer comes to it: they would be most of what a long list draws. */
export class RowTools {
  private made: HTMLElement[] = [];

  constructor(private readonly row: GridRow) {}

  show(): void {
    const item = this.row.line?.item;
    if (this.made.length > 0 || item?.kind !== "run") return;
    const name = nameOf(item);
    this.put(this.row.name, button("edit", t("grid.rename", { name }), "name"), button("dots", t("grid.menu", { name }), "menu"));
    for (const cell of this.row.editedCells()) if (cell.edited) this.put(cell.element, button("edit", t(`grid.edit.${cell.edited}`), cell.edited));
  }

  hide(): void {
    for (const element of this.made) element.remove();
    this.made = [];
  }

  private put(cell: Element, ...buttons: HTMLElement[]): void {
    const box = makeElement("span", styles.rowTools, {}, ...buttons);
    cell.append(box);
    this.made.push(box);
  }
}

/** The tool that was pressed, if any. */
export function toolAt(target: Element): { tool: RowTool; element: HTMLElement } | null {
  const element = target.closest<HTMLElement>(`[data-${TOOL}]`);
  const tool = (["name", "tags", "description", "menu"] as const).find((each) => each === element?.dataset[TOOL]);
  return element && tool ? { tool, element } : null;
}

function button(icon: "edit" | "dots", label: string, tool: RowTool): HTMLElement {
  const element = iconButtonElement(icon, label);
  element.tabIndex = -1;
  element.dataset[TOOL] = tool;
  return element;
}
