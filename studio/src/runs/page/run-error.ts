import type { Run } from "../../client/run";

type RunError = NonNullable<Run["error"]>;

const TRACEBACK = /^Traceback \(most recent call last\):$/m;

/** What the error says in a line or two, and its traceback. A script that gives its whole traceback as the reason has both in the message. */
export function toldOf(error: Pick<RunError, "message" | "traceback">): { message: string; traceback: string | null } {
  const { message, traceback } = error;
  if (traceback || !TRACEBACK.test(message)) return { message, traceback: traceback ?? null };
  const last = message.trimEnd().split("\n").at(-1) ?? "";
  return { message: last.trim(), traceback: message };
}
