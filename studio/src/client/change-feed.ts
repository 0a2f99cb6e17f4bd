import { createContext, useContext, useEffect, useRef, useSyncExternalStore } from "react";
import { FeedHub } from "./feed-hub";
import { FeedLeader } from "./feed-leader";
import type { Change, FeedMessage, FeedState, TabMessage } from "./feed-protocol";

/** What a listener is told: changes in order, or `reset` when some were missed. */
export type FeedNews = { type: "changes"; changes: readonly Change[] } | { type: "reset" };
type Listener = (news: FeedNews) => void;

/** A hidden tab lets go of the feed after this long, and catches up when it is looked at again. */
const REST_AFTER_MS = 30_000;

/** The change feed as one tab uses it. */
export class ChangeFeed {
  private state: FeedState = "connecting";
  private cursor = 0;
  private workspace = "";
  private post: ((message: TabMessage) => void) | null = null;
  private restTimer: ReturnType<typeof setTimeout> | undefined;
  private readonly listeners = new Set<Listener>();
  private readonly stateListeners = new Set<() => void>();

  /** Begins to follow `workspace` after the change `cursor`. Returns what ends it. */
  follow(workspace: string, cursor: number): () => void {
    this.workspace = workspace;
    this.cursor = cursor;
    this.post = connect((message) => this.receive(message));
    this.join();
    const onVisibility = () => this.onVisibility();
    const onHide = () => this.rest();
    document.addEventListener("visibilitychange", onVisibility);
    window.addEventListener("pagehide", onHide);
    return () => {
      document.removeEventListener("visibilitychange", onVisibility);
      window.removeEventListener("pagehide", onHide);
      clearTimeout(this.restTimer);
      this.post?.({ type: "leave" });
      this.post = null;
    };
  }

  subscribe(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  subscribeState = (listener: () => void): (() => void) => {
    this.stateListeners.add(listener);
    return () => this.stateListeners.delete(listener);
  };

  getState = (): FeedState => this.state;

  private join(): void {
    this.post?.({ type: "join", workspace: this.workspace, since: this.cursor });
  }

  private rest(): void {
    this.post?.({ type: "leave" });
    this.setState("resting");
  }

  private onVisibility(): void {
    clearTimeout(this.restTimer);
    if (document.hidden) this.restTimer = setTimeout(() => this.rest(), REST_AFTER_MS);
    else if (this.state === "resting") this.join();
  }

  private receive(message: FeedMessage): void {
    if (message.type === "state") {
      this.setState(message.state);
    } else if (message.type === "reset") {
      this.cursor = message.cursor;
      this.tell({ type: "reset" });
    } else {
      this.cursor = message.changes.at(-1)?.cursor ?? this.cursor;
      this.tell(message);
    }
  }

  private tell(news: FeedNews): void {
    for (const listener of this.listeners) listener(news);
  }

  private setState(state: FeedState): void {
    if (state === this.state) return;
    const wasLost = this.state === "lost";
    this.state = state;
    for (const listener of this.stateListeners) listener();
    // What could not be read meanwhile is read now, also where nothing has changed.
    if (wasLost && state === "live") this.tell({ type: "reset" });
  }
}

/** Opens the way to the owner of the stream: a shared worker; else the tab that leads the others; in a browser with neither, this tab alone. */
function connect(receive: (message: FeedMessage) => void): (message: TabMessage) => void {
  if (typeof SharedWorker !== "undefined") {
    const worker = new SharedWorker(new URL("./feed-worker.ts", import.meta.url), { type: "module", name: "runyard-feed" });
    worker.port.onmessage = (event: MessageEvent<FeedMessage>) => receive(event.data);
    return (message) => worker.port.postMessage(message);
  }
  const open = (url: string) => new EventSource(url);
  if (typeof BroadcastChannel !== "undefined" && "locks" in navigator) {
    return new FeedLeader(crypto.randomUUID(), new BroadcastChannel("runyard-feed"), navigator.locks, receive, open).post;
  }
  const hub = new FeedHub(open);
  const tab = { send: receive };
  return (message) => hub.receive(tab, message);
}

export const FeedContext = createContext(new ChangeFeed());

export function useFeedState(): FeedState {
  const feed = useContext(FeedContext);
  return useSyncExternalStore(feed.subscribeState, feed.getState);
}

/** Calls `listener` with the news of the feed for as long as the component is shown. */
export function useFeedNews(listener: Listener): void {
  const feed = useContext(FeedContext);
  const latest = useRef(listener);
  useEffect(() => {
    latest.current = listener;
  });
  useEffect(() => feed.subscribe((news) => latest.current(news)), [feed]);
}
