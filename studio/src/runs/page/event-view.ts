import { isRecord } from "../../client/api";
import type { RunEvent } from "../../client/run";
import type { IconName } from "../../components/Icon";
import { statusLook } from "../../components/run-status";
import { t, type TextId } from "../../text/text";
import { isPreparationProperty } from "./preparation";

/** How an event of a run is shown. `seconds` is how long the run stayed in the status that began with it; null while it is in it. */
export interface EventView {
  event: RunEvent;
  tone: string;
  icon: IconName;
  text: string;
  detail: string | null;
  seconds: number | null;
}

const LABELS_SHOWN = 4;

const CHANGES: Readonly<Record<string, { icon: IconName; text: TextId }>> = {
  tags: { icon: "edit", text: "event.tags" },
  properties: { icon: "edit", text: "event.properties" },
  description: { icon: "edit", text: "event.description" },
  name: { icon: "edit", text: "event.name" },
  colour: { icon: "edit", text: "event.colour" },
  snapshot: { icon: "folder", text: "event.snapshot" },
  archived: { icon: "archive", text: "event.archived" },
  reactivated: { icon: "archive", text: "event.reactivated" },
  deleted: { icon: "close", text: "event.deleted" },
  restored: { icon: "refresh", text: "event.restored" },
};

/** Events in the words and pictures of the timeline, in their order. */
export function eventViews(events: readonly RunEvent[]): EventView[] {
  const shown = events.filter((event) => !isBookkeeping(event));
  return shown.map((event, index) => {
    if (event.kind !== "status") return changeView(event);
    const look = statusLook(event.status);
    const next = shown.slice(index + 1).find((later) => later.kind === "status");
    return {
      event,
      tone: look.tone,
      icon: look.icon,
      text: t(look.text),
      detail: event.reason ?? null,
      seconds: next ? (Date.parse(next.at) - Date.parse(event.at)) / 1000 : null,
    };
  });
}

/** The times of the preparation are shown by themselves. */
function isBookkeeping(event: RunEvent): boolean {
  const added = event.kind === "properties" ? event.detail?.added : null;
  return isRecord(added) && Object.keys(added).every(isPreparationProperty);
}

function changeView(event: RunEvent): EventView {
  const change = CHANGES[event.kind] ?? { icon: "edit", text: "event.other" };
  return { event, tone: "idle", icon: change.icon, text: t(change.text, { kind: event.kind }), detail: event.reason ?? changedText(event.detail), seconds: null };
}

/** What the detail of a change says: the new value, or the labels that were set and removed. */
function changedText(detail: RunEvent["detail"]): string | null {
  if (!detail) return null;
  if (typeof detail.to === "string") return detail.to;
  const set = { ...(isRecord(detail.set) ? detail.set : {}), ...(isRecord(detail.added) ? detail.added : {}) };
  const removed: unknown[] = Array.isArray(detail.removed) ? detail.removed : [];
  const texts = [...Object.entries(set).map(([key, value]) => (typeof value === "string" ? `${key}=${value}` : key)), ...removed.map((key) => `−${String(key)}`)];
  if (texts.length === 0) return null;
  const more = texts.length - LABELS_SHOWN;
  return texts.slice(0, LABELS_SHOWN).join(", ") + (more > 0 ? t("event.more", { count: more }) : "");
}
