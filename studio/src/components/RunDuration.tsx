import { durationOf, hasEnded, type Run } from "../client/run";
import { useNow } from "./clock";
import { formatDuration } from "./format";

/** How long a run took, counting up while it runs. */
export function RunDuration({ run }: { run: Pick<Run, "status" | "started_at" | "ended_at"> }) {
  const now = useNow(1000, !hasEnded(run) && Boolean(run.started_at));
  const seconds = durationOf(run, now);
  return <>{seconds === null ? "–" : formatDuration(seconds)}</>;
}
