import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { EventStream } from "./change-stream";
import { type Bus, type BusMessage, FeedLeader, type Locks } from "./feed-leader";
import type { FeedMessage } from "./feed-protocol";

class FakeStream implements EventStream {
  readyState = 1;
  onopen: ((event: Event) => void) | null = null;
  onerror: ((event: Event) => void) | null = null;
  isClosed = false;
  private onChange: ((event: MessageEvent<string>) => void) | undefined;

  constructor(readonly url: string) {}

  addEventListener(type: string, listener: (event: MessageEvent<string>) => void): void {
    if (type === "changes") this.onChange = listener;
  }

  close(): void {
    this.isClosed = true;
  }

  change(cursor: number): void {
    this.onChange?.(new MessageEvent("changes", { data: JSON.stringify({ run: [`r${cursor}`] }), lastEventId: String(cursor) }));
    vi.advanceTimersByTime(1000);
  }
}

/** Tabs of one browser: what one says all others hear, and the oldest that lives has the lock. */
class FakeBrowser {
  readonly streams: FakeStream[] = [];
  private readonly buses = new Map<string, Bus>();
  private readonly waiting: { id: string; hold: () => Promise<void> }[] = [];
  private owner: string | null = null;

  openTab(id: string): { leader: FeedLeader; heard: FeedMessage[] } {
    const heard: FeedMessage[] = [];
    const say = (message: BusMessage) => {
      for (const [other, bus] of [...this.buses]) if (other !== id) bus.onmessage?.(new MessageEvent("message", { data: structuredClone(message) }));
    };
    const bus: Bus = { onmessage: null, postMessage: say };
    const locks: Locks = {
      request: (_, hold) => {
        this.waiting.push({ id, hold });
        return Promise.resolve();
      },
    };
    this.buses.set(id, bus);
    const open = (url: string) => {
      const stream = new FakeStream(url);
      this.streams.push(stream);
      return stream;
    };
    return { leader: new FeedLeader(id, bus, locks, (message) => heard.push(message), open), heard };
  }

  /** Hands a free lock to whoever waits longest. */
  grant(): void {
    const next = this.owner === null ? this.waiting.shift() : undefined;
    if (next === undefined) return;
    this.owner = next.id;
    void next.hold();
  }

  closeTab(id: string): void {
    this.buses.delete(id);
    if (this.owner === id) this.owner = null;
    this.grant();
  }
}

const cursors = (heard: readonly FeedMessage[]) => heard.flatMap((message) => (message.type === "changes" ? message.changes.map((change) => change.cursor) : []));

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("all tabs hear of a change over the one stream of the tab that leads", () => {
  const browser = new FakeBrowser();
  const one = browser.openTab("one");
  const two = browser.openTab("two");
  two.leader.post({ type: "join", workspace: "default", since: 5 });
  browser.grant();
  one.leader.post({ type: "join", workspace: "default", since: 5 });
  expect(browser.streams.map((stream) => stream.url)).toEqual(["/api/v1/workspaces/default/changes/stream?since=5&short=true"]);
  browser.streams[0]?.change(6);
  expect([cursors(one.heard), cursors(two.heard)]).toEqual([[6], [6]]);
});

test("when the leading tab is closed another one goes on after the newest change", () => {
  const browser = new FakeBrowser();
  const tabs = ["one", "two", "three"].map((id) => browser.openTab(id));
  browser.grant();
  for (const tab of tabs) tab.leader.post({ type: "join", workspace: "default", since: 0 });
  browser.streams[0]?.change(1);
  browser.closeTab("one");
  expect(browser.streams[1]?.url).toContain("since=1");
  browser.streams[1]?.change(2);
  expect(tabs.slice(1).map((tab) => cursors(tab.heard))).toEqual([
    [1, 2],
    [1, 2],
  ]);
});

test("a tab that rests hears nothing, and the stream ends with the last that listens", () => {
  const browser = new FakeBrowser();
  const one = browser.openTab("one");
  const two = browser.openTab("two");
  browser.grant();
  for (const tab of [one, two]) tab.leader.post({ type: "join", workspace: "default", since: 0 });
  one.leader.post({ type: "leave" });
  browser.streams[0]?.change(1);
  expect([cursors(one.heard), cursors(two.heard)]).toEqual([[], [1]]);
  two.leader.post({ type: "leave" });
  expect(browser.streams[0]?.isClosed).toBe(true);
});
