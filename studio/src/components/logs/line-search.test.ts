import { expect, test } from "vitest";
import { readHits, type TextSource } from "../../client/text-file";
import { firstMatch, HITS_MAX, LineSearch } from "./line-search";

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

test("the first match that is shown is the next one from what is in sight, else the first of all, however the hits come in", () => {
  const hits = [3, 8, 20].map((line) => ({ line, text: "" }));
  expect([0, 3, 4, 8, 9, 100].map((line) => firstMatch({ hits, done: true }, line))).toEqual([0, 0, 1, 1, 2, 0]);
  expect([3, 9].map((line) => firstMatch({ hits: hits.slice(0, 2), done: false }, line))).toEqual([0, null]);
  expect(firstMatch({ hits: [], done: true }, 5)).toBeNull();
});

test("a search goes on in a file that grows, and looks at its last line again", async () => {
  const lines = ["x 0", "no", "no ye"];
  const asked: number[] = [];
  const source: TextSource = {
    read: () => Promise.reject(new Error("not read here")),
    find: (_, start) => {
      asked.push(start);
      const hits = lines.flatMap((text, line) => (line >= start && text.includes("x") ? [{ line, text }] : []));
      return Promise.resolve({ hits, nextLine: null, total: lines.length });
    },
  };
  const search = new LineSearch(source, QUERY, () => {});
  await search.run();
  lines.splice(2, 1, "no yet, x", "x 3");
  await search.run();
  expect(search.hits.map((hit) => hit.line)).toEqual([0, 2, 3]);
  expect(asked).toEqual([0, 2]);
  const first = search.run();
  lines.push("x 4");
  await Promise.all([first, search.run()]);
  expect(search.hits.map((hit) => hit.line)).toEqual([0, 2, 3, 4]);
});
