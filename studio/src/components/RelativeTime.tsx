import { useNow } from "./clock";
import { formatInstant, formatRelative } from "./format";

const RENEW_MS = 30_000;

/** The exact time, with how long ago it was as a tooltip. */
export function Instant({ at }: { at: string }) {
  const now = useNow(RENEW_MS);
  return (
    <time dateTime={at} title={formatRelative(at, now)}>
      {formatInstant(at)}
    </time>
  );
}

/** How long ago `at` was, with the exact time as a tooltip. */
export function RelativeTime({ at }: { at: string }) {
  const now = useNow(RENEW_MS);
  return (
    <time dateTime={at} title={formatInstant(at)}>
      {formatRelative(at, now)}
    </time>
  );
}
