import { expect, test } from "vitest";
import { readHits, type TextSource } from "../../client/text-file";
import { HITS_MAX, hitNear, LineSearch } from "./line-search";

const QUERY = { text: "x", regex: false, matchCase: false };

/** Answers as the server does, in pieces of `size` characters: hits on lines 0, 1, 2, … up to `count`. */
function sourceOf(count: number, size: number): TextSource {
  return {
    read: () => Promise.reject(new Error("not read here")),
    find: (_, start, limit, signal, onHits) => {
      signal.throwIfAborted();
      const shown = Math.min(limit, count - start);
      const hits = Array.from({ length: shown }, (_line, index) => JSON.stringify({ line: start + index, text: "é", spans: [] }));
      const body = [...hits, JSON.stringify({ hits: shown, next_line: start + shown < count ? start + shown : null, total: count })].join("\n");
      const bytes = new TextEncoder().encode(`${body}\n`);
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_piece, index) => bytes.slice(index * size, (index + 1) * size));
      return readHits(new Response(new Blob(pieces)), onHits);
    },
  };
}

test.each([1, 7, 1000, 1_000_000])("hits that come in pieces of %d bytes are each told once", async (size) => {
  let told = 0;
  const search = new LineSearch(sourceOf(25, size), QUERY, () => (told += 1));
  await search.run();
  expect(search.hits).toEqual(Array.from({ length: 25 }, (_, line) => ({ line, text: "é" })));
  expect(search.done && !search.isCapped).toBe(true);
  expect(told).toBeGreaterThan(0);
});

test("a search ends at so many hits as anybody would look at, and says so", async () => {
  const search = new LineSearch(sourceOf(HITS_MAX + 1, 1_000_000), QUERY, () => {});
  await search.run();
  expect(search.hits).toHaveLength(HITS_MAX);
  expect(search.isCapped).toBe(true);
});

test("a failed search tells why", async () => {
  const search = new LineSearch({ ...sourceOf(1, 1), find: () => Promise.reject(new Error("no such expression")) }, QUERY, () => {});
  await search.run();
  expect(String(search.error)).toContain("no such expression");
});

test("a search that was stopped tells nothing more", async () => {
  let told = 0;
  const search = new LineSearch(sourceOf(5000, 100), QUERY, () => (told += 1));
  search.stop();
  await search.run();
  expect(told).toBe(0);
  expect(search.error).toBeNull();
});

test("stepping begins at the hit nearest to what is in sight", () => {
  const hits = [3, 8, 20].map((line) => ({ line, text: "" }));
  expect([0, 3, 4, 8, 9, 100].map((line) => hitNear(hits, line))).toEqual([0, 0, 1, 1, 2, 2]);
  expect(hitNear([], 5)).toBe(0);
});
