import { type KeyboardEvent, type MouseEvent, useLayoutEffect, useMemo, useRef, useState } from "react";
import { t } from "../../text/text";
import { IconButton } from "../Button";
import { SearchField } from "../fields";
import { clickedRange, type LineRange } from "../logs/line-range";
import { matchRanges, parsePattern } from "../logs/log-search";
import { useScrollMap } from "../text-window/useScrollMap";
import windowStyles from "../text-window/window.module.css";
import styles from "./CodeView.module.css";
import { highlightLines, type Token } from "./highlight";

/** Above this only the beginning of a file is read into the page. */
export const CODE_MAX_BYTES = 4 * 1024 * 1024;

const LINE_HEIGHT = 18;
const MARGIN_LINES = 30;

interface CodeViewProps {
  text: string;
  path: string;
  range: LineRange | null;
  onRange: (range: LineRange) => void;
}

/** A source file in its colours, with line numbers to link to and a search. Only the lines in sight are drawn. */
export function CodeView({ text, path, range, onRange }: CodeViewProps) {
  const box = useRef<HTMLDivElement>(null);
  const lines = useMemo(() => highlightLines(text, path), [text, path]);
  const [typed, setTyped] = useState("");
  const [match, setMatch] = useState(0);
  const pattern = useMemo(() => parsePattern(typed), [typed]);
  const hits = useMemo(() => (pattern === null || typeof pattern === "string" ? [] : lines.flatMap((line, index) => (matchRanges(pattern, textOf(line)).length > 0 ? [index] : []))), [lines, pattern]);
  const view = useScrollMap(box, lines.length, LINE_HEIGHT, MARGIN_LINES);
  useLayoutEffect(() => {
    if (range) view.moveTo(range.from - 1, "middle");
  }, [range?.from, lines]);
  const goTo = (index: number) => {
    if (hits.length === 0) return;
    const wanted = (index + hits.length) % hits.length;
    setMatch(wanted);
    view.moveTo(hits[wanted] ?? 0, "middle");
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { n: 1, N: -1 }[event.key];
    if (step === undefined) return;
    goTo(match + step);
    event.preventDefault();
  };
  const onClick = (event: MouseEvent) => {
    const number = event.target instanceof Element ? event.target.closest("[data-number]")?.getAttribute("data-number") : null;
    if (number) onRange(clickedRange(Number(number), range, event.shiftKey));
  };
  return (
    <>
      <div className={styles.bar}>
        <div
          className={windowStyles.search}
          onKeyDown={(event) => {
            if (event.key === "Enter") goTo(match + (event.shiftKey ? -1 : 1));
          }}
        >
          <SearchField label={t("code.search")} value={typed} onChange={setTyped} />
        </div>
        <span role="status" className={windowStyles.found}>
          {typeof pattern === "string" ? pattern : typed === "" ? "" : t("log.matches", { at: hits.length === 0 ? 0 : match + 1, count: hits.length })}
        </span>
        {hits.length > 0 && (
          <>
            <IconButton icon="arrowUp" label={t("log.previousMatch")} onClick={() => goTo(match - 1)} />
            <IconButton icon="arrowDown" label={t("log.nextMatch")} onClick={() => goTo(match + 1)} />
          </>
        )}
      </div>
      <div ref={box} className={windowStyles.box} tabIndex={0} role="region" aria-label={path} style={{ "--digits": String(lines.length).length }} onScroll={view.onScroll} onKeyDown={onKeyDown} onClick={onClick}>
        <div className={windowStyles.content} style={{ height: view.map.physicalHeight }}>
          <div className={windowStyles.lines} style={{ transform: `translateY(${view.offset}px)` }}>
            {lines.slice(view.first, view.end).map((line, offset) => {
              const number = view.first + offset + 1;
              const chosen = (range !== null && number >= range.from && number <= range.to) || hits[match] === number - 1;
              return (
                <div key={number} className={`${windowStyles.line} ${styles.line} ${chosen ? styles.chosen : ""}`}>
                  <span className={windowStyles.number} data-number={number} aria-hidden="true" />
                  <code className={styles.code}>
                    {line.map((token, index) => (
                      <span key={index} className={token.kind ? styles[token.kind] : undefined}>
                        {token.text}
                      </span>
                    ))}
                  </code>
                </div>
              );
            })}
          </div>
        </div>
      </div>
    </>
  );
}

function textOf(line: readonly Token[]): string {
  return line.map((token) => token.text).join("");
}
