import { makeElement } from "../../components/element";
import { iconElement } from "../../components/Icon";
import { statusLook } from "../../components/run-status";
import badgeStyles from "../../components/StatusBadge.module.css";
import tagStyles from "../../components/TagList.module.css";
import { hasEnded, type ListedRun, type RunStatus } from "../../client/run";
import { t } from "../../text/text";
import { cellText, cellTitle } from "./cell-text";
import type { Column } from "./column";
import type { GridItem } from "./grid-item";
import { type EditedCell, editedCell } from "./row-blank";

/** One cell of the grid, used for one run after the other. */
export class GridCell {
  readonly edited: Exclude<EditedCell, "name"> | null;
  private readonly content: HTMLElement;
  private readonly text: Text;
  private item: GridItem | undefined;
  private drawn: unknown = null;
  private readonly look: "text" | "status" | "tags";

  /** `element` is blank yet. */
  constructor(
    readonly column: Column,
    readonly element: HTMLElement,
  ) {
    this.edited = editedCell(column);
    this.look = column.kind === "plain" && (column.key === "status" || column.key === "tags") ? column.key : "text";
    this.content = this.edited === null ? element : (element.firstElementChild as HTMLElement);
    this.text = this.content.firstChild as Text;
  }

  /** Shows an item; undefined: one that is still to come. */
  show(item: GridItem | undefined, now: number): void {
    this.item = item;
    if (this.element.title) this.element.removeAttribute("title");
    if (this.look === "text" || item === undefined || item.kind === "group") this.write(item === undefined ? "" : cellText(this.column, item, now));
    else if (this.look === "status") this.drawOnce(item.row.run.status_reason && item.row.run.status === "Running" ? "Doubted" : item.row.run.status, badge);
    else this.drawOnce(item.row.run.tags, tagList);
  }

  /** Renews what tells a time. `isMinute` is false for the ticks between, when only what runs counts on. */
  tick(now: number, isMinute: boolean): void {
    if (this.item?.kind !== "run" || this.column.kind !== "plain") return;
    const { key } = this.column;
    if (key === "duration" ? !hasEnded(this.item.row.run) : isMinute && (key === "created" || key === "started")) this.write(cellText(this.column, this.item, now));
  }

  /** The pointer is over the cell: it says what it has no room for. */
  explain(now: number): void {
    if (this.item !== undefined && this.look !== "tags") this.element.title = cellTitle(this.column, this.item, now);
  }

  private write(text: string): void {
    if (this.drawn !== null) {
      this.drawn = null;
      this.content.replaceChildren(this.text);
    }
    if (this.text.data !== text) this.text.data = text;
  }

  private drawOnce<Value>(value: Value, draw: (value: Value) => Node): void {
    if (this.drawn === value) return;
    this.drawn = value;
    this.content.replaceChildren(draw(value));
  }
}

/** A run that is Running as far as anybody knows, and of which nobody has heard for long. */
type ShownStatus = RunStatus | "Doubted";

const badges = new Map<ShownStatus, HTMLElement>();

/** A status as `StatusBadge` shows it, plain. */
function badge(shown: ShownStatus): Node {
  let made = badges.get(shown);
  if (made === undefined) {
    const status = shown === "Doubted" ? "Running" : shown;
    const look = { ...statusLook(status), ...(shown === "Doubted" ? ({ tone: "warn", icon: "warning" } as const) : {}) };
    made = makeElement("span", `${badgeStyles.badge} ${badgeStyles[look.tone]} ${badgeStyles.plain}`, { "data-status": status }, iconElement(look.icon, 14), t(look.text));
    badges.set(shown, made);
  }
  return made.cloneNode(true);
}

/** Tags as `TagList` shows them. */
function tagList(tags: ListedRun["tags"]): Node {
  const chips = Object.entries(tags ?? {}).map(([key, value]) => {
    const chip = makeElement("span", tagStyles.chip, { title: value === null ? key : `${key}: ${value}` }, makeElement("span", tagStyles.name, {}, key));
    if (value !== null) chip.append(makeElement("span", tagStyles.value, {}, value));
    return chip;
  });
  return makeElement("span", tagStyles.tags, {}, ...chips);
}
