// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ChangeFeed } from "./change-feed";

class FakeEventSource {
  static opened: FakeEventSource[] = [];
  readyState = 1;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  isClosed = false;

  constructor(readonly url: string) {
    FakeEventSource.opened.push(this);
  }

  addEventListener(): void {
    return undefined;
  }

  close(): void {
    this.isClosed = true;
  }
}

function show(isShown: boolean): void {
  Object.defineProperty(document, "hidden", { value: !isShown, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}

beforeEach(() => {
  vi.useFakeTimers();
  FakeEventSource.opened = [];
  vi.stubGlobal("EventSource", FakeEventSource);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("a tab that is hidden for half a minute lets go of the stream, and follows again when it is looked at", () => {
  const feed = new ChangeFeed();
  const end = feed.follow("default", 7);
  const newest = () => FakeEventSource.opened.at(-1);
  newest()?.onopen?.();
  expect(feed.getState()).toBe("live");
  show(false);
  vi.advanceTimersByTime(29_000);
  expect(newest()?.isClosed).toBe(false);
  vi.advanceTimersByTime(2_000);
  expect([newest()?.isClosed, feed.getState()]).toEqual([true, "resting"]);
  show(true);
  expect(FakeEventSource.opened.map((each) => [each.url.includes("since=7&"), each.isClosed])).toEqual([
    [true, true],
    [true, false],
  ]);
  end();
  expect(newest()?.isClosed).toBe(true);
});

test("a tab that is hidden for a moment keeps the stream", () => {
  const feed = new ChangeFeed();
  feed.follow("default", 0);
  show(false);
  vi.advanceTimersByTime(20_000);
  show(true);
  vi.advanceTimersByTime(60_000);
  expect(FakeEventSource.opened.map((each) => each.isClosed)).toEqual([false]);
});
