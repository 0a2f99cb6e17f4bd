import type { LineQuery } from "../../client/text-file";

/** What is searched for: what the server is asked, and an expression to mark the places with in the lines on the screen. */
export interface LogPattern {
  query: LineQuery;
  marks: RegExp;
}

/**
 * Reads what was typed: a plain text, or a regular expression between slashes. Letter case counts only when a capital is typed. Null when it is
 * empty, and an error text when the expression cannot be read.
 */
export function parsePattern(typed: string): LogPattern | null | string {
  if (typed === "") return null;
  const expression = /^\/(.+)\/$/s.exec(typed)?.[1];
  // A capital after a backslash names a class of characters.
  const matchCase = /\p{Lu}/u.test(expression?.replace(/\\./gs, "") ?? typed);
  try {
    const marks = new RegExp(expression ?? typed.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&"), matchCase ? "gu" : "giu");
    return { query: { text: expression ?? typed, regex: expression !== undefined, matchCase }, marks };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Where in a text the pattern matches, as `[start, end)` pairs. */
export function matchRanges(pattern: LogPattern, text: string): [number, number][] {
  return [...text.matchAll(pattern.marks)].filter((match) => match[0] !== "").map((match) => [match.index, match.index + match[0].length]);
}
