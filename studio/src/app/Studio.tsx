import { type Query, type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { useCallback, useContext, useEffect, useMemo, useRef } from "react";
import { ApiError } from "../client/api";
import { CURSOR, cursorQuery } from "../client/change";
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
  const isOut = failed instanceof ApiError && failed.isUnauthenticated;
  const goOn = useSignInAgain(isOut, session.data?.user);
  // A page that is already there stays, with all that was typed into it.
  const isShown = session.data !== undefined && cursor.data !== undefined;
  if (isOut && !isShown) return <SignInPage onRetry={goOn} />;
  if (failed && !isShown) return <ErrorState error={failed} onRetry={() => void retry(client)} />;
  // The frame is drawn at once; the page in it waits for the workspace.
  if (!session.data || workspace === undefined || cursor.data === undefined) return <AppFrame session={null} />;
  return (
    <WorkspaceContext value={workspace}>
      <FollowChanges key={workspace} workspace={workspace} cursor={cursor.data} />
      <AppFrame session={session.data} onSignedIn={isOut ? goOn : undefined} />
    </WorkspaceContext>
  );
}

/** What to do when somebody says that they have signed in. Afterwards what could not be read is read; another person gets a page of their own. */
function useSignInAgain(isOut: boolean, user: string | undefined): () => void {
  const client = useQueryClient();
  const before = useRef<string | null>(null);
  useEffect(() => {
    if (user === undefined) return;
    if (isOut) before.current ??= user;
    else if (before.current !== null) {
      if (before.current === user) void retry(client);
      else location.reload();
      before.current = null;
    }
  }, [client, isOut, user]);
  return useCallback(() => void client.refetchQueries({ queryKey: sessionQuery().queryKey }).then(() => client.refetchQueries({ predicate: lacksCursor })), [client]);
}

function lacksCursor(query: Query): boolean {
  return query.queryKey[0] === CURSOR && query.state.data === undefined;
}

function retry(client: QueryClient): Promise<void> {
  // A cursor that is known stays: the stream goes on after it, so nothing is missed.
  return client.refetchQueries({ type: "active", predicate: (query) => query.queryKey[0] !== CURSOR || lacksCursor(query) });
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
