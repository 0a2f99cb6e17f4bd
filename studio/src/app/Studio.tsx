import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { useContext, useEffect, useMemo } from "react";
import { ApiError } from "../client/api";
import { cursorQuery } from "../client/change";
import { FeedContext, useFeedState } from "../client/change-feed";
import { Coalescer } from "../client/coalescer";
import { applyNews } from "../client/live-updates";
import { sessionQuery } from "../client/session";
import { WorkspaceContext } from "../client/workspace";
import { afterFirstContent } from "../components/first-content";
import { ErrorState } from "../components/states";
import { AppFrame } from "./AppFrame";
import { SignInPage } from "./SignInPage";
import { useShortAddress } from "./useShortAddress";

/** Signs in, finds the workspace, begins to follow its changes, and then shows the page. */
export function Studio() {
  const client = useQueryClient();
  const session = useQuery(sessionQuery());
  const asked = useSearch({ strict: false }).workspace;
  const workspace = asked || session.data?.default_workspace;
  // What is read after the cursor is at least as new as the cursor, so nothing falls between the first read and the first change.
  const cursor = useQuery({ ...cursorQuery(workspace ?? ""), enabled: workspace !== undefined && session.data !== undefined });
  const failed = session.error ?? cursor.error;
  if (failed instanceof ApiError && failed.isUnauthenticated) return <SignInPage onRetry={() => void session.refetch()} />;
  if (failed && !(session.data && cursor.data !== undefined)) return <ErrorState error={failed} onRetry={() => void retry(client)} />;
  // The frame is drawn at once; the page in it waits for the workspace.
  if (!session.data || workspace === undefined || cursor.data === undefined) return <AppFrame session={null} />;
  return (
    <WorkspaceContext value={workspace}>
      <FollowChanges key={workspace} workspace={workspace} cursor={cursor.data} />
      <AppFrame session={session.data} />
    </WorkspaceContext>
  );
}

function retry(client: QueryClient): Promise<void> {
  return client.refetchQueries({ type: "active" });
}

/** Keeps what is on the screen up to date. */
function FollowChanges({ workspace, cursor }: { workspace: string; cursor: number }) {
  const client = useQueryClient();
  const feed = useContext(FeedContext);
  const state = useFeedState();
  useShortAddress(workspace);
  const coalescer = useMemo(() => new Coalescer(), []);
  useEffect(() => {
    let end: (() => void) | null = () => undefined;
    // Later is not too late: the stream begins after `cursor`, whenever it is opened.
    void afterFirstContent().then(() => {
      if (end !== null) end = feed.follow(workspace, cursor);
    });
    const unsubscribe = feed.subscribe((news) => applyNews(client, coalescer, workspace, news));
    return () => {
      end?.();
      end = null;
      unsubscribe();
      coalescer.cancelAll();
    };
  }, [client, feed, coalescer, workspace, cursor]);
  useEffect(() => {
    // A stream that breaks off may mean that the session has ended: ask, and let the answer lead to the sign-in page.
    if (state === "lost") void client.invalidateQueries({ queryKey: sessionQuery().queryKey });
  }, [client, state]);
  return null;
}
