import { stripAnsi } from "./ansi";

/** What is searched for: a plain text, or a regular expression between slashes. Letter case counts only when a capital is typed. */
export interface LogPattern {
  regex: RegExp;
}

/** Reads what was typed; null when it is empty, and an error text when the expression cannot be read. */
export function parsePattern(typed: string): LogPattern | null | string {
  if (typed === "") return null;
  const flags = /\p{Lu}/u.test(typed) ? "gu" : "giu";
  const expression = /^\/(.+)\/$/s.exec(typed)?.[1];
  try {
    return { regex: new RegExp(expression ?? typed.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&"), flags) };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The lines that match, in order. */
export function matchingLines(pattern: LogPattern, lineAt: (index: number) => string, from: number, to: number): number[] {
  const found: number[] = [];
  for (let index = from; index < to; index += 1) {
    pattern.regex.lastIndex = 0;
    if (pattern.regex.test(stripAnsi(lineAt(index)))) found.push(index);
  }
  return found;
}

/** Where in a text the pattern matches, as `[start, end)` pairs. */
export function matchRanges(pattern: LogPattern, text: string): [number, number][] {
  return [...text.matchAll(pattern.regex)].filter((match) => match[0] !== "").map((match) => [match.index, match.index + match[0].length]);
}
