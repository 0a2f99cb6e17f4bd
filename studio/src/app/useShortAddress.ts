import { useRouterState } from "@tanstack/react-router";
import { useEffect } from "react";
import { ADDRESS_MAX_CHARS, sharedPath } from "../client/state";

/** The address is shortened when it has stayed as it is for this long: not while the reader types. */
const SETTLED_MS = 700;

/**
 * Shows a short address in the place of one that is very long: what mail and chat programs would cut.
 *
 * The router keeps the long one, so nothing on the page is drawn anew. Whoever opens the short one, or comes back to it, is led to the long one.
 */
export function useShortAddress(workspace: string): void {
  const path = useRouterState({ select: (state) => state.location.href });
  useEffect(() => {
    if (path.length <= ADDRESS_MAX_CHARS) return undefined;
    let isWanted = true;
    const shorten = async () => {
      const short = await sharedPath(workspace, path);
      // The router listens to `replaceState` of the history object; the browser's own changes only what the reader sees.
      if (isWanted) History.prototype.replaceState.call(window.history, window.history.state, "", short);
    };
    // Without a short address the long one stays: it works as well.
    const timer = setTimeout(() => void shorten().catch(() => undefined), SETTLED_MS);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [path, workspace]);
}
