/** What waits is done after this long, however busy the page is. */
const IDLE_WITHIN_MS = 1000;

/** Does `work` when the page has nothing else to do. Returns what calls it off. */
export function whenIdle(work: () => void): () => void {
  if (!("requestIdleCallback" in window)) {
    const timer = setTimeout(work);
    return () => clearTimeout(timer);
  }
  const asked = requestIdleCallback(work, { timeout: IDLE_WITHIN_MS });
  return () => cancelIdleCallback(asked);
}
