import type { QueryClient, QueryKey } from "@tanstack/react-query";
import type { FeedNews } from "./change-feed";
import type { Coalescer } from "./coalescer";
import type { Change } from "./feed-protocol";
import { keys } from "./keys";

/** Lists and charts are read again at most this often; what is not on the screen is only marked as stale. */
const REFRESH_INTERVAL_MS = 500;
/** The figures of a run are a list of all its metrics, and its charts do not wait for them. */
const FIGURES_INTERVAL_MS = 2000;
/** Those of a run with very many metrics are a large answer: their charts follow by themselves, the figures more slowly. */
const MANY_METRICS = 500;
const MANY_METRICS_INTERVAL_MS = 5000;

/** The cached answers that `change` makes stale. */
export function staleKeys(workspace: string, change: Change): QueryKey[] {
  const runId = change.run_id ?? null;
  switch (change.topic) {
    case "experiment":
      return [keys.experiments(workspace)];
    case "run": {
      const lists = [keys.runs(workspace), keys.experiments(workspace), keys.computeTargets(workspace)];
      return runId === null ? lists : [keys.run(workspace, runId), keys.runEvents(workspace, runId), ...lists];
    }
    case "metric":
      return runId === null ? [] : [keys.runMetrics(workspace, runId)];
    case "artifact":
      return runId === null ? [] : [keys.runArtifacts(workspace, runId)];
    case "view":
      return [keys.views(workspace)];
    case "environment":
      return [keys.environments(workspace)];
  }
}

/** Marks as stale, and reads again if shown, what `news` is about. */
export function applyNews(client: QueryClient, coalescer: Coalescer, workspace: string, news: FeedNews): void {
  if (news.type === "reset") {
    coalescer.schedule("everything", REFRESH_INTERVAL_MS, () => {
      void client.invalidateQueries({ queryKey: keys.workspace(workspace) });
    });
    return;
  }
  const stale = new Map<string, QueryKey>();
  for (const change of news.changes) for (const key of staleKeys(workspace, change)) stale.set(JSON.stringify(key), key);
  for (const [name, queryKey] of stale) refreshSoon(client, coalescer, name, queryKey);
}

/**
 * A read in flight may have begun before the change, so another must follow it; but cancelling it again and again would starve a busy page.
 */
function refreshSoon(client: QueryClient, coalescer: Coalescer, name: string, queryKey: QueryKey): void {
  coalescer.schedule(name, intervalOf(client, queryKey), () => {
    if (client.isFetching({ queryKey }) > 0) refreshSoon(client, coalescer, name, queryKey);
    else void client.invalidateQueries({ queryKey });
  });
}

function intervalOf(client: QueryClient, queryKey: QueryKey): number {
  const summary = client.getQueryData<{ metrics?: readonly unknown[] }>([...queryKey, "summary"]);
  if (summary === undefined) return REFRESH_INTERVAL_MS;
  return (summary.metrics?.length ?? 0) > MANY_METRICS ? MANY_METRICS_INTERVAL_MS : FIGURES_INTERVAL_MS;
}
