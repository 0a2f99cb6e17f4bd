import { expect, test } from "vitest";
import type { TextSource } from "../../client/text-file";
import { HITS_MAX, hitNear, LineSearch } from "./line-search";

const QUERY = { text: "x", regex: false, matchCase: false };

/** Answers `limit` hits at a time from lines 1, 2, 3, … up to `count`. */
function sourceOf(count: number): TextSource {
  return {
    read: () => Promise.reject(new Error("not read here")),
    find: async (_, start, limit, signal) => {
      await Promise.resolve();
      signal.throwIfAborted();
      const hits = Array.from({ length: Math.max(0, Math.min(limit, count - start + 1)) }, (_line, index) => ({ line: start + index, text: "" }));
      return { hits, total_lines: count, next_start: start + limit <= count ? start + limit : null };
    },
  };
}

test("hits come part by part, each once", async () => {
  const counts: number[] = [];
  const search: LineSearch = new LineSearch(sourceOf(2500), QUERY, () => counts.push(search.hits.length));
  await search.run();
  expect(counts).toEqual([100, 1100, 2100, 2500]);
  expect(search.hits.map((hit) => hit.line)).toEqual(Array.from({ length: 2500 }, (_, index) => index + 1));
  expect(search.done && !search.isCapped).toBe(true);
});

test("a search ends at so many hits as anybody would look at", async () => {
  const search = new LineSearch(sourceOf(1_000_000), QUERY, () => {});
  await search.run();
  expect(search.hits.length).toBeGreaterThanOrEqual(HITS_MAX);
  expect(search.isCapped).toBe(true);
});

test("a search that was stopped tells nothing more", async () => {
  let told = 0;
  const search = new LineSearch(sourceOf(5000), QUERY, () => (told += 1));
  const running = search.run();
  search.stop();
  await running;
  expect(told).toBe(0);
  expect(search.error).toBeNull();
});

test("stepping begins at the hit nearest to what is in sight", () => {
  const hits = [3, 8, 20].map((line) => ({ line, text: "" }));
  expect([0, 3, 7, 8, 100].map((line) => hitNear(hits, line))).toEqual([0, 1, 1, 2, 2]);
  expect(hitNear([], 5)).toBe(0);
});
