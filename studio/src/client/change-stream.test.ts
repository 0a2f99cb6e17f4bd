import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ChangeStream, type EventStream } from "./change-stream";
import { FeedHub } from "./feed-hub";
import { type FeedMessage, parseChanges } from "./feed-protocol";

class FakeStream implements EventStream {
  readyState = 1;
  onopen: ((event: Event) => void) | null = null;
  onerror: ((event: Event) => void) | null = null;
  closed = false;
  private readonly listeners = new Map<string, (event: MessageEvent<string>) => void>();

  constructor(readonly url: string) {}

  addEventListener(type: string, listener: (event: MessageEvent<string>) => void): void {
    this.listeners.set(type, listener);
  }

  close(): void {
    this.closed = true;
  }

  change(cursor: number): void {
    this.send("changes", JSON.stringify({ run: [`r${cursor}`] }), String(cursor));
  }

  send(type: string, data: string, lastEventId: string): void {
    this.listeners.get(type)?.(new MessageEvent(type, { data, lastEventId }));
  }

  fail(readyState: number): void {
    this.readyState = readyState;
    this.onerror?.(new Event("error"));
  }
}

let opened: FakeStream[] = [];
let told: FeedMessage[] = [];
const open = (url: string) => {
  const stream = new FakeStream(url);
  opened.push(stream);
  return stream;
};
const newest = () => opened.at(-1) ?? open("none");
const cursors = () => told.flatMap((message) => (message.type === "changes" ? message.changes.map((change) => change.cursor) : []));

beforeEach(() => {
  vi.useFakeTimers();
  opened = [];
  told = [];
});
afterEach(() => vi.useRealTimers());

function started(cursor = 5): ChangeStream {
  const stream = new ChangeStream("my ws", cursor, (message) => told.push(message), open);
  stream.start();
  newest().onopen?.(new Event("open"));
  return stream;
}

test("it asks for what is newer than the cursor", () => {
  started(5);
  expect(newest().url).toBe("/api/v1/workspaces/my%20ws/changes/stream?since=5&short=true");
});

test("changes are told in batches, each once and in order", () => {
  started(5);
  for (const cursor of [5, 6, 7, 6, 8]) newest().change(cursor);
  vi.advanceTimersByTime(200);
  expect(cursors()).toEqual([6, 7, 8]);
  expect(told.filter((message) => message.type === "changes")).toHaveLength(1);
});

test("a stream that the server refused is opened again after the newest change, with growing pauses", () => {
  started(5);
  newest().change(9);
  newest().fail(2);
  vi.advanceTimersByTime(999);
  expect(opened).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(opened).toHaveLength(2);
  expect(newest().url).toContain("since=9");
  newest().fail(2);
  vi.advanceTimersByTime(1999);
  expect(opened).toHaveLength(2);
  vi.advanceTimersByTime(1);
  expect(opened).toHaveLength(3);
});

test("a broken connection is left to the browser, which retries by itself", () => {
  started();
  newest().fail(0);
  vi.advanceTimersByTime(60_000);
  expect(opened).toHaveLength(1);
  expect(told.at(-1)).toEqual({ type: "state", state: "lost" });
});

test("a reset moves the cursor and is told", () => {
  started(5);
  newest().send("reset", "", "40");
  expect(told.at(-1)).toEqual({ type: "reset", cursor: 40 });
  newest().change(39);
  newest().change(41);
  vi.advanceTimersByTime(200);
  expect(cursors()).toEqual([41]);
});

test("a stopped stream says and opens nothing more", () => {
  const stream = started();
  newest().change(6);
  newest().fail(2);
  stream.stop();
  told = [];
  vi.advanceTimersByTime(60_000);
  expect(told).toEqual([]);
  expect(opened).toHaveLength(1);
});

test("what is no change is left out", () => {
  for (const data of ["", "null", "[]", '{"run":"r1"}', '{"new":["r1"]}']) expect(parseChanges(1, data)).toEqual([]);
});

test("an event brings the changes of several runs and topics, and of what is no run", () => {
  started(5);
  newest().send("changes", '{"metric":["a","b"],"run":["a"],"view":[]}', "9");
  vi.advanceTimersByTime(200);
  const changes = told.flatMap((message) => (message.type === "changes" ? message.changes : []));
  expect(changes).toEqual([{ cursor: 9, topic: "metric", run_id: "a" }, { cursor: 9, topic: "metric", run_id: "b" }, { cursor: 9, topic: "run", run_id: "a" }, { cursor: 9, topic: "view" }]);
});

test("all tabs share one stream, which ends with the last of them", () => {
  const hub = new FeedHub(open);
  const first = { send: vi.fn() };
  const second = { send: vi.fn() };
  hub.receive(first, { type: "join", workspace: "w", since: 3 });
  hub.receive(second, { type: "join", workspace: "w", since: 3 });
  expect(opened).toHaveLength(1);
  newest().change(4);
  vi.advanceTimersByTime(200);
  for (const tab of [first, second]) expect(tab.send).toHaveBeenCalledWith(expect.objectContaining({ type: "changes" }));
  hub.receive(first, { type: "leave" });
  expect(newest().closed).toBe(false);
  hub.receive(second, { type: "leave" });
  expect(newest().closed).toBe(true);
});

test("a tab that comes late is told to read everything again", () => {
  const hub = new FeedHub(open);
  hub.receive({ send: vi.fn() }, { type: "join", workspace: "w", since: 3 });
  newest().change(8);
  const late = { send: vi.fn() };
  hub.receive(late, { type: "join", workspace: "w", since: 5 });
  expect(late.send).toHaveBeenCalledWith({ type: "reset", cursor: 8 });
});

test("tabs of two workspaces have a stream each", () => {
  const hub = new FeedHub(open);
  hub.receive({ send: vi.fn() }, { type: "join", workspace: "a", since: 1 });
  hub.receive({ send: vi.fn() }, { type: "join", workspace: "b", since: 1 });
  expect(opened.map((stream) => stream.url)).toEqual(["/api/v1/workspaces/a/changes/stream?since=1&short=true", "/api/v1/workspaces/b/changes/stream?since=1&short=true"]);
});
