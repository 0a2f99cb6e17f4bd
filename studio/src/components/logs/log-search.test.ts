import { expect, test } from "vitest";
import { type LogPattern, matchRanges, parsePattern } from "./log-search";

function pattern(typed: string): LogPattern {
  const parsed = parsePattern(typed);
  if (parsed === null || typeof parsed === "string") throw new Error(`not a pattern: ${typed}`);
  return parsed;
}

test("nothing typed is no pattern, and a broken expression is explained", () => {
  expect(parsePattern("")).toBeNull();
  expect(typeof parsePattern("/(/")).toBe("string");
});

test.each([
  ["error", { text: "error", regex: false, matchCase: false }],
  ["Error", { text: "Error", regex: false, matchCase: true }],
  ["/step=\\d+/", { text: "step=\\d+", regex: true, matchCase: false }],
  ["/\\S+ERR/", { text: "\\S+ERR", regex: true, matchCase: true }],
  ["/\\S+/", { text: "\\S+", regex: true, matchCase: false }],
  ["a/b", { text: "a/b", regex: false, matchCase: false }],
])("%s asks the server for %j", (typed, query) => {
  expect(pattern(typed).query).toEqual(query);
});

test("a plain text is marked literally, small letters in any case", () => {
  expect(matchRanges(pattern("a.c"), "abc A.C")).toEqual([[4, 7]]);
  expect(matchRanges(pattern("A.C"), "a.c")).toEqual([]);
});

test("all places of a line are found, empty ones left out", () => {
  expect(matchRanges(pattern("a"), "banana")).toEqual([
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
  expect(matchRanges(pattern("/x*/"), "abc")).toEqual([]);
});
