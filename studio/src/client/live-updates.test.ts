import { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Coalescer } from "./coalescer";
import { keys } from "./keys";
import { applyNews, staleKeys } from "./live-updates";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => vi.useRealTimers());

test("a run's change makes its record and the lists stale, and not its metrics", () => {
  const stale = staleKeys("w", { cursor: 1, topic: "run", run_id: "r1" });
  expect(stale).toContainEqual(keys.run("w", "r1"));
  expect(stale).toContainEqual(keys.runs("w"));
  expect(stale).not.toContainEqual(keys.runMetrics("w", "r1"));
});

test("metrics and files of a run make only themselves stale", () => {
  expect(staleKeys("w", { cursor: 1, topic: "metric", run_id: "r1" })).toEqual([keys.runMetrics("w", "r1")]);
  expect(staleKeys("w", { cursor: 1, topic: "artifact", run_id: "r1" })).toEqual([keys.runArtifacts("w", "r1")]);
});

test("new values leave alone what was read for the names of metrics", () => {
  const client = new QueryClient();
  const named = keys.firstMetrics("w", "r1");
  client.setQueryData(named, {});
  applyNews(client, new Coalescer(() => Date.now()), "w", { type: "changes", changes: [{ cursor: 1, topic: "metric", run_id: "r1" }] });
  expect(client.getQueryState(named)?.isInvalidated).toBe(false);
  applyNews(client, new Coalescer(() => Date.now()), "w", { type: "reset" });
  expect(client.getQueryState(named)?.isInvalidated).toBe(true);
});

test("the list of views is read again, and the one that is open", () => {
  expect(staleKeys("w", { cursor: 1, topic: "view" })).toEqual([keys.views("w")]);
  expect(staleKeys("w", { cursor: 1, topic: "environment" })).toEqual([keys.environments("w")]);
});

test("a storm of changes reads at most twice a second, and the last one is not missed", () => {
  const coalescer = new Coalescer(() => Date.now());
  const task = vi.fn();
  for (let at = 0; at < 100; at += 1) {
    coalescer.schedule("metrics", 500, task);
    vi.advanceTimersByTime(10);
  }
  vi.advanceTimersByTime(1000);
  expect(task).toHaveBeenCalledTimes(3);
});

test("a change during a read is followed by another read", async () => {
  const client = new QueryClient();
  const read = vi.fn(() => new Promise((resolve) => setTimeout(() => resolve(read.mock.calls.length), 800)));
  void client.fetchQuery({ queryKey: keys.runMetrics("w", "r1"), queryFn: read });
  const invalidate = vi.spyOn(client, "invalidateQueries");
  const coalescer = new Coalescer(() => Date.now());
  applyNews(client, coalescer, "w", { type: "changes", changes: [{ cursor: 1, topic: "metric", run_id: "r1" }] });
  expect(invalidate).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1100);
  expect(invalidate).toHaveBeenCalledTimes(1);
});

test("a reset makes everything of the workspace stale", () => {
  const client = new QueryClient();
  const invalidate = vi.spyOn(client, "invalidateQueries");
  applyNews(client, new Coalescer(() => Date.now()), "w", { type: "reset" });
  expect(invalidate).toHaveBeenCalledWith({ queryKey: keys.workspace("w") });
});
