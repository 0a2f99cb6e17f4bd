import { expect, test } from "vitest";
import { type LogPattern, matchingLines, matchRanges, parsePattern } from "./log-search";

function pattern(typed: string): LogPattern {
  const parsed = parsePattern(typed);
  if (parsed === null || typeof parsed === "string") throw new Error(`not a pattern: ${typed}`);
  return parsed;
}

const lines = ["INFO step=1", "error: out of memory", "\u001b[31mERR\u001b[0mOR again", "a.c"];
const lineAt = (index: number) => lines[index] ?? "";

test("nothing typed is no pattern, and a broken expression is explained", () => {
  expect(parsePattern("")).toBeNull();
  expect(typeof parsePattern("/(/")).toBe("string");
});

test("small letters match any case, a capital only itself", () => {
  expect(matchingLines(pattern("error"), lineAt, 0, lines.length)).toEqual([1, 2]);
  expect(matchingLines(pattern("ERROR"), lineAt, 0, lines.length)).toEqual([2]);
});

test("a plain text is taken literally, an expression between slashes is not", () => {
  expect(matchingLines(pattern("a.c"), lineAt, 0, lines.length)).toEqual([3]);
  expect(matchingLines(pattern("/step=\\d/"), lineAt, 0, lines.length)).toEqual([0]);
});

test("all places of a line are found, empty ones left out", () => {
  expect(matchRanges(pattern("a"), "banana")).toEqual([
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
  expect(matchRanges(pattern("/x*/"), "abc")).toEqual([]);
});
