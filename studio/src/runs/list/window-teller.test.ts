import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { WindowTeller } from "./window-teller";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function teller() {
  const told: number[] = [];
  return { told, teller: new WindowTeller((first) => told.push(first)) };
}

test("rows that are scrolled to are asked for at once", () => {
  const { told, teller: asked } = teller();
  for (const first of [0, 2, 4, 20]) {
    asked.moved(first, first + 20);
    vi.advanceTimersByTime(16);
  }
  expect(told).toEqual([0, 2, 4, 20]);
});

test("while the list is scrolled down, rows below the screen are asked for too, until it stands still", () => {
  const windows: [number, number][] = [];
  const asked = new WindowTeller((first, last) => windows.push([first, last]));
  asked.moved(0, 20);
  asked.moved(2, 22);
  expect(windows).toEqual([[0, 20], [2, 62]]);
  vi.advanceTimersByTime(500);
  expect(windows.at(-1)).toEqual([2, 22]);
  asked.moved(0, 20);
  expect(windows.at(-1)).toEqual([0, 20]);
});

test("a jump is asked for at once", () => {
  const { told, teller: asked } = teller();
  asked.moved(0, 20);
  vi.advanceTimersByTime(500);
  asked.moved(90_000, 90_020);
  expect(told).toEqual([0, 90_000]);
});

test("rows that fly past are not asked for, and those where the list rests are", () => {
  const { told, teller: asked } = teller();
  asked.moved(0, 20);
  vi.advanceTimersByTime(500);
  for (let frame = 1; frame <= 12; frame += 1) {
    asked.moved(frame * 62, frame * 62 + 20);
    vi.advanceTimersByTime(16);
  }
  expect(told).toEqual([0, 62]);
  vi.advanceTimersByTime(100);
  expect(told).toEqual([0, 62, 12 * 62]);
});

test("who flicks on sees from time to time where the list is", () => {
  const { told, teller: asked } = teller();
  for (let frame = 1; frame <= 60; frame += 1) {
    asked.moved(frame * 62, frame * 62 + 20);
    vi.advanceTimersByTime(16);
  }
  expect(told.length).toBeGreaterThanOrEqual(3);
  expect(told.length).toBeLessThanOrEqual(5);
});
