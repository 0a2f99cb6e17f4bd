import { useEffect, useRef } from "react";
import { useFeedState } from "../client/change-feed";
import { Button } from "../components/Button";
import { EmptyState } from "../components/states";
import { t } from "../text/text";

/**
 * A page broke, or one of its files could not be loaded: the server is out of reach, or was upgraded. All are mended by loading the page
 * again, which happens by itself when a lost server is back.
 */
export function PageFailure({ error }: { error: unknown }) {
  const state = useFeedState();
  const wasLost = useRef(false);
  useEffect(() => {
    if (state === "lost") wasLost.current = true;
    else if (state === "live" && wasLost.current) window.location.reload();
  }, [state]);
  const lost = state === "lost";
  return (
    <EmptyState
      icon="warning"
      title={lost ? t("error.unreachable.title") : t("pageFailure.title")}
      actions={
        <Button tone="primary" icon="refresh" onClick={() => window.location.reload()}>
          {t("pageFailure.reload")}
        </Button>
      }
    >
      <p>{lost ? t("error.unreachable.body") : t("pageFailure.body")}</p>
      {!lost && <code>{error instanceof Error ? error.message : String(error)}</code>}
    </EmptyState>
  );
}
