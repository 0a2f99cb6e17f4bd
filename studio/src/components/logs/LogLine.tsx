import { memo } from "react";
import { type AnsiSpan, parseAnsi } from "./ansi";
import styles from "./LogView.module.css";
import { type LogPattern, matchRanges } from "./log-search";

interface LogLineProps {
  number: number | null;
  text: string;
  pattern: LogPattern | null;
  current: boolean;
}

export const LogLine = memo(function LogLine({ number, text, pattern, current }: LogLineProps) {
  const { spans } = parseAnsi(text);
  const plain = spans.map((span) => span.text).join("");
  const marks = pattern === null ? [] : matchRanges(pattern, plain);
  return (
    <div className={`${styles.line} ${current ? styles.current : ""}`}>
      <span className={styles.number} data-number={number ?? ""} aria-hidden="true" />
      <span className={styles.text}>{marked(spans, marks)}</span>
    </div>
  );
});

/** Cuts the styled pieces at the edges of the matches. */
function marked(spans: readonly AnsiSpan[], marks: readonly [number, number][]) {
  let at = 0;
  return spans.flatMap((span, index) => {
    const start = at;
    at += span.text.length;
    const edges = [start, at, ...marks.flat().filter((edge) => edge > start && edge < at)].sort((left, right) => left - right);
    return edges.slice(1).map((end, part) => {
      const from = edges[part] ?? start;
      const piece = span.text.slice(from - start, end - start);
      const hit = marks.some(([markStart, markEnd]) => from >= markStart && end <= markEnd);
      const key = `${index}.${part}`;
      const style = styleOf(span);
      return hit ? (
        // The ground of a match is made for the plain text colour.
        <mark key={key} style={{ ...style, color: undefined, background: undefined }}>
          {piece}
        </mark>
      ) : style ? (
        <span key={key} style={style}>
          {piece}
        </span>
      ) : (
        piece
      );
    });
  });
}

function styleOf(span: AnsiSpan) {
  if (!span.colour && !span.ground && !span.bold && !span.dim && !span.italic && !span.underline) return undefined;
  return {
    color: span.colour ?? undefined,
    background: span.ground ?? undefined,
    fontWeight: span.bold ? 700 : undefined,
    opacity: span.dim ? 0.75 : undefined,
    fontStyle: span.italic ? "italic" : undefined,
    textDecoration: span.underline ? "underline" : undefined,
  };
}
