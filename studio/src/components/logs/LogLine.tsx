import { memo } from "react";
import { t } from "../../text/text";
import windowStyles from "../text-window/window.module.css";
import type { AnsiSpan } from "./ansi";
import styles from "./LogView.module.css";
import type { StyledLine } from "./line-store";
import { type LogPattern, matchRanges } from "./log-search";

interface LogLineProps {
  /** Counted from 1; null where lines have no numbers. */
  number: number | null;
  /** Undefined while it is not read. */
  line: StyledLine | undefined;
  pattern: LogPattern | null;
  current: boolean;
  chosen: boolean;
}

export const LogLine = memo(function LogLine({ number, line, pattern, current, chosen }: LogLineProps) {
  return (
    <div className={`${windowStyles.line} ${styles.line} ${current || chosen ? styles.current : ""}`} data-line={number ?? undefined}>
      <span className={windowStyles.number} data-number={number ?? ""} aria-hidden="true" />
      {line === undefined ? <span className={styles.pending} /> : <Text line={line} pattern={pattern} />}
    </div>
  );
});

function Text({ line, pattern }: { line: StyledLine; pattern: LogPattern | null }) {
  const marks = pattern === null ? [] : matchRanges(pattern, line.spans.map((span) => span.text).join(""));
  return (
    <span className={styles.text}>
      {marked(line.spans, marks)}
      {line.cut && <span className={styles.cut}>{t("log.cut")}</span>}
    </span>
  );
}
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
