import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { SeriesPoints, SeriesRequest } from "./series-frame";
import { SeriesStore } from "./series-store";
import { SeriesWindow } from "./series-window";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function points(runId: string, name: string, values: number[], count = values.length): SeriesPoints {
  const steps = Float64Array.from(values.keys(), (index) => count - values.length + index);
  return { runId, name, count, steps, times: steps, values: Float64Array.from(values) };
}

/** A server whose series only grow. */
function server(logged: Record<string, Record<string, number[]>>) {
  return vi.fn((request: SeriesRequest) => {
    const found = request.run_ids.flatMap((runId) =>
      (request.names ?? []).flatMap((name) => {
        const values = logged[runId]?.[name];
        return values ? [points(runId, name, values.slice(request.since?.[runId]?.[name] ?? 0), values.length)] : [];
      }),
    );
    return Promise.resolve(found);
  });
}

const news = (...runs: string[]) => ({ type: "changes" as const, changes: runs.map((run_id, cursor) => ({ cursor, topic: "metric" as const, run_id })) });

test("names that are wanted together are read with one request", async () => {
  const fetch = server({ a: { loss: [1], acc: [2] } });
  const store = new SeriesStore(fetch, 100);
  store.hold(["a"], "loss");
  store.hold(["a"], "acc");
  store.hold(["a"], "none");
  await vi.advanceTimersByTimeAsync(50);
  expect(fetch).toHaveBeenCalledTimes(1);
  expect([...(store.points("a", "loss")?.values ?? [])]).toEqual([1]);
  expect(store.points("a", "none")).toBeNull();
  expect(store.points("b", "loss")).toBeUndefined();
});

test("runs that become known one after the other within a moment are read with one request", async () => {
  const fetch = server({ a: { loss: [1] }, b: { loss: [2] }, c: { loss: [3] } });
  const store = new SeriesStore(fetch, 100);
  const release = store.hold(["b"], "loss");
  await vi.advanceTimersByTimeAsync(5);
  store.receive(news("b"));
  release();
  store.hold(["a", "b", "c"], "loss");
  await vi.advanceTimersByTimeAsync(500);
  expect(fetch.mock.calls.map(([request]) => [...request.run_ids].sort())).toEqual([["a", "b", "c"]]);
});

test("of what is shown only later points are read, and nothing of other runs", async () => {
  const logged = { a: { loss: [1, 2] }, b: { loss: [5] } };
  const fetch = server(logged);
  const store = new SeriesStore(fetch, 100);
  store.hold(["a", "b"], "loss");
  await vi.advanceTimersByTimeAsync(50);
  logged.a.loss.push(3);
  store.receive(news("a", "elsewhere"));
  await vi.advanceTimersByTimeAsync(500);
  expect(fetch).toHaveBeenCalledTimes(2);
  expect(fetch.mock.calls[1]?.[0]).toMatchObject({ run_ids: ["a"], names: ["loss"], since: { a: { loss: 2 } } });
  expect([...(store.points("a", "loss")?.values ?? [])]).toEqual([1, 2, 3]);
});

test("a hundred changes in a second make at most five reads, and the last point is not missed", async () => {
  const logged = { a: { loss: [0] } };
  const fetch = server(logged);
  const store = new SeriesStore(fetch, 1000);
  store.hold(["a"], "loss");
  await vi.advanceTimersByTimeAsync(50);
  for (let at = 0; at < 100; at += 1) {
    logged.a.loss.push(at);
    store.receive(news("a"));
    await vi.advanceTimersByTimeAsync(10);
  }
  await vi.advanceTimersByTimeAsync(500);
  expect(fetch.mock.calls.length).toBeLessThanOrEqual(1 + 7);
  expect(store.points("a", "loss")?.values.length).toBe(101);
});

test("what is logged while the first answer is on its way is read after it", async () => {
  const logged = { a: { loss: [1] } };
  let answer: () => void = () => {};
  const fetch = vi.fn((request: SeriesRequest) => {
    const now = [...logged.a.loss];
    const since = request.since?.a?.loss ?? 0;
    const result = [points("a", "loss", now.slice(since), now.length)];
    return fetch.mock.calls.length === 1 ? new Promise<SeriesPoints[]>((resolve) => (answer = () => resolve(result))) : Promise.resolve(result);
  });
  const store = new SeriesStore(fetch, 100);
  store.hold(["a"], "loss");
  await vi.advanceTimersByTimeAsync(50);
  logged.a.loss.push(2);
  store.receive(news("a"));
  await vi.advanceTimersByTimeAsync(300);
  answer();
  await vi.advanceTimersByTimeAsync(600);
  expect([...(store.points("a", "loss")?.values ?? [])]).toEqual([1, 2]);
});

test("of lines that grow every tick is told, of the words about them every two seconds, and of the last ones too", async () => {
  const logged = { a: { loss: [0], acc: [0] } };
  const store = new SeriesStore(server(logged), 1000);
  for (const name of ["loss", "acc"]) store.hold(["a"], name);
  await vi.advanceTimersByTimeAsync(50);
  const told: string[] = [];
  store.subscribe((names, shown) => told.push(`${shown}: ${[...names].sort().join()}`));
  for (let tick = 0; tick < 5; tick += 1) {
    logged.a.loss.push(tick);
    if (tick === 1) logged.a.acc.push(tick);
    store.receive(news("a"));
    await vi.advanceTimersByTimeAsync(500);
  }
  logged.a.loss.push(5);
  store.receive(news("a"));
  await vi.advanceTimersByTimeAsync(500);
  expect(told.splice(0)).toEqual(["words: loss", "lines: acc,loss", "lines: loss", "lines: loss", "words: acc,loss", "lines: loss"]);
  await vi.advanceTimersByTimeAsync(1000);
  expect(told).toEqual(["words: loss"]);
  expect(vi.getTimerCount()).toBe(0);
});

test("what is no longer shown is not read on, but anew when it is shown again", async () => {
  const logged = { a: { loss: [1] } };
  const fetch = server(logged);
  const store = new SeriesStore(fetch, 100);
  const release = store.hold(["a"], "loss");
  await vi.advanceTimersByTimeAsync(50);
  release();
  logged.a.loss.push(2);
  store.receive(news("a"));
  await vi.advanceTimersByTimeAsync(500);
  expect(fetch).toHaveBeenCalledTimes(1);
  store.hold(["a"], "loss");
  await vi.advanceTimersByTimeAsync(50);
  expect([...(store.points("a", "loss")?.values ?? [])]).toEqual([1, 2]);
});

test("a failed read is told, and tried again when asked to", async () => {
  const fetch = vi.fn().mockRejectedValueOnce(new Error("no")).mockResolvedValue([points("a", "loss", [1])]);
  const store = new SeriesStore(fetch, 100);
  store.hold(["a"], "loss");
  await vi.advanceTimersByTimeAsync(50);
  expect(store.errorOf(["a"], "loss")).toEqual(new Error("no"));
  store.retry(["a"], "loss");
  await vi.advanceTimersByTimeAsync(50);
  expect(store.errorOf(["a"], "loss")).toBeNull();
  expect(store.points("a", "loss")?.count).toBe(1);
});

test("a series that has grown far beyond what is drawn is thinned anew", async () => {
  const logged = { a: { loss: [0] } };
  const fetch = server(logged);
  const store = new SeriesStore(fetch, 10);
  store.hold(["a"], "loss");
  await vi.advanceTimersByTimeAsync(50);
  for (const _ of [0, 1]) {
    logged.a.loss.push(...Array.from({ length: 40 }, () => 1));
    store.receive(news("a"));
    await vi.advanceTimersByTimeAsync(300);
  }
  expect(fetch.mock.calls[2]?.[0].since).toEqual({});
});

test("another zoom gives up the one that is being read, and the old points stay until the new ones are here", async () => {
  const signals: AbortSignal[] = [];
  const fetch = vi.fn((request: SeriesRequest, signal: AbortSignal) => {
    signals.push(signal);
    return new Promise<SeriesPoints[]>((resolve, reject) => {
      signal.addEventListener("abort", () => reject(new DOMException("", "AbortError")));
      setTimeout(() => resolve([points("a", "loss", [request.start ?? 0])]), 100);
    });
  });
  const changed = vi.fn();
  const window = new SeriesWindow(fetch, changed, () => Date.now());
  const request = { runIds: ["a"], names: ["loss"], axis: "step" as const, maxPoints: 100 };
  window.show({ ...request, range: { low: 1, high: 2 } });
  await vi.advanceTimersByTimeAsync(150);
  expect(window.points("a", "loss")?.values[0]).toBe(1);
  window.show({ ...request, range: { low: 3, high: 4 } });
  expect(window.points("a", "loss")?.values[0]).toBe(1);
  await vi.advanceTimersByTimeAsync(50);
  window.show({ ...request, range: { low: 5, high: 6 } });
  expect(signals[1]?.aborted).toBe(true);
  await vi.advanceTimersByTimeAsync(300);
  expect(window.range).toEqual({ low: 5, high: 6 });
  expect(window.points("a", "loss")?.values[0]).toBe(5);
  expect(changed).toHaveBeenCalledTimes(2);
});
