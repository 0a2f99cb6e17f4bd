import { afterEach, beforeEach, expect, test, vi } from "vitest";

beforeEach(() => {
  vi.useFakeTimers();
  vi.resetModules();
});
afterEach(() => void vi.useRealTimers());

async function waited() {
  const content = await import("./first-content");
  const done = vi.fn();
  const wait = () => void content.afterFirstContent().then(done);
  return { ...content, done, wait };
}

test("where nothing is announced, nothing waits", async () => {
  const { done, wait } = await waited();
  wait();
  await vi.advanceTimersByTimeAsync(0);
  expect(done).toHaveBeenCalled();
});

test("the rest waits for what was announced", async () => {
  const { expectFirstContent, firstContentIsShown, done, wait } = await waited();
  expectFirstContent();
  wait();
  await vi.advanceTimersByTimeAsync(500);
  expect(done).not.toHaveBeenCalled();
  firstContentIsShown();
  await vi.advanceTimersByTimeAsync(0);
  expect(done).toHaveBeenCalled();
});

test("what does not come keeps nothing else for ever", async () => {
  const { expectFirstContent, done, wait } = await waited();
  expectFirstContent();
  wait();
  await vi.advanceTimersByTimeAsync(1000);
  expect(done).toHaveBeenCalled();
});
