import type { RunGroup } from "../../client/run-group";
import { asStatus, statusLook } from "../../components/run-status";
import { t } from "../../text/text";
import type { RunRow } from "./run-row";

/** What a line of the grid shows: a run, or runs that are alike in the fields `by` which they are grouped. */
export type GridItem = { kind: "run"; row: RunRow } | { kind: "group"; group: RunGroup; by: readonly string[] };

/** Tells items apart. A run may stand in several groups only one at a time, so its id is enough. */
export function keyOf(item: GridItem): string {
  return item.kind === "run" ? item.row.run.id : `group ${JSON.stringify(item.group.values)}`;
}

/** True when there is something to show below the item. */
export function opens(item: GridItem): boolean {
  return item.kind === "group" || item.row.run.child_count > 0;
}

/** What the item is called; a group after what its runs have in common. */
export function nameOf(item: GridItem): string {
  return item.kind === "run" ? item.row.run.display_name : item.group.values.map((value, at) => valueName(item.by[at], value)).join(" · ");
}

function valueName(field: string | undefined, value: string | null): string {
  const status = field === "status" ? asStatus(value) : null;
  return status === null ? (value ?? t("group.none")) : t(statusLook(status).text);
}
