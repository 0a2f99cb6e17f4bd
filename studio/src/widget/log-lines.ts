import { type AnsiStyle, PLAIN_STYLE, parseAnsi } from "../components/logs/ansi";
import type { StyledLine } from "../components/logs/line-store";

/** The lines of a text with their colours, which go on from line to line until they are changed. */
export function styledLines(text: string): StyledLine[] {
  let style: AnsiStyle = PLAIN_STYLE;
  return text
    .replace(/\n$/, "")
    .split("\n")
    .map((line) => {
      const { spans, end } = parseAnsi(line, style);
      style = end;
      return { spans, cut: false };
    });
}
