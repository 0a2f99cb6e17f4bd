import type { RunStatus } from "../client/run";
import type { TextId } from "../text/text";
import type { IconName } from "./Icon";

/** How a status looks: icon, colour and word together, so that none of them is needed to read it. */
export interface StatusLook {
  tone: "ok" | "err" | "run" | "queued" | "warn" | "idle";
  icon: IconName;
  text: TextId;
}

const LOOKS: Readonly<Record<RunStatus, StatusLook>> = {
  NotStarted: { tone: "idle", icon: "dots", text: "status.NotStarted" },
  Queued: { tone: "queued", icon: "clock", text: "status.Queued" },
  Provisioning: { tone: "queued", icon: "gear", text: "status.Provisioning" },
  Preparing: { tone: "queued", icon: "gear", text: "status.Preparing" },
  Starting: { tone: "run", icon: "play", text: "status.Starting" },
  Running: { tone: "run", icon: "play", text: "status.Running" },
  Finalizing: { tone: "run", icon: "gear", text: "status.Finalizing" },
  Paused: { tone: "warn", icon: "pause", text: "status.Paused" },
  NotResponding: { tone: "warn", icon: "warning", text: "status.NotResponding" },
  CancelRequested: { tone: "warn", icon: "stop", text: "status.CancelRequested" },
  Completed: { tone: "ok", icon: "check", text: "status.Completed" },
  Failed: { tone: "err", icon: "cross", text: "status.Failed" },
  Canceled: { tone: "idle", icon: "ban", text: "status.Canceled" },
};

export function statusLook(status: RunStatus): StatusLook {
  return LOOKS[status];
}

/** Returns `text` as a status when it is one; lists carry some statuses as plain text. */
export function asStatus(text: string | null | undefined): RunStatus | null {
  return isStatus(text) ? text : null;
}

function isStatus(text: string | null | undefined): text is RunStatus {
  return typeof text === "string" && text in LOOKS;
}
