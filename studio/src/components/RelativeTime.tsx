import { useNow } from "./clock";
import { formatInstant, formatRelative } from "./format";

const RENEW_MS = 30_000;

/** How long ago `at` was, with the exact time as a tooltip. */
export function RelativeTime({ at }: { at: string }) {
  const now = useNow(RENEW_MS);
  return (
    <time dateTime={at} title={formatInstant(at)}>
      {formatRelative(at, now)}
    </time>
  );
}
