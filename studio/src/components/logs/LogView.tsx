import { type KeyboardEvent, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { t } from "../../text/text";
import { Button } from "../Button";
import { formatBytes, formatCount } from "../format";
import { EmptyState, ErrorState, Skeleton } from "../states";
import { LogLine } from "./LogLine";
import { LogToolbar } from "./LogToolbar";
import styles from "./LogView.module.css";
import type { LogBuffer } from "./log-buffer";
import { matchingLines, parsePattern } from "./log-search";
import { useLogFile } from "./useLogFile";

const LINE_HEIGHT = 18;
const OVERSCAN = 20;
/** Nearer than this to the end counts as being there. */
const END_MARGIN = 24;

interface LogViewProps {
  url: string;
  name: string;
  /** The size of the file as far as it is known; when it grows, the new part is read. */
  sizeBytes: number;
  /** Changes when the file was touched. */
  revision: string;
  /** True while more may come. */
  live: boolean;
}

/** A text file of any size: shows the end first, follows it while it grows, and draws only the lines in sight. */
export function LogView({ url, name, sizeBytes, revision, live }: LogViewProps) {
  const file = useLogFile(url, sizeBytes, revision);
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 600 });
  const [follow, setFollow] = useState(true);
  const [wrap, setWrap] = useState(false);
  const [typed, setTyped] = useState("");
  const [match, setMatch] = useState(0);
  const seenLines = useRef(0);

  const { buffer } = file;
  const lines = buffer.lineCount;
  const pattern = useMemo(() => parsePattern(typed), [typed]);
  const usable = pattern === null || typeof pattern === "string" ? null : pattern;
  const matches = useMemo(() => (usable ? matchingLines(usable, (index) => buffer.lineAt(index), 0, file.buffer.lineCount) : []), [usable, buffer, file.version]);

  const toEnd = () => {
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
  };
  useLayoutEffect(() => {
    if (follow) {
      toEnd();
      seenLines.current = lines;
    } else if (file.prepended.version === file.version && box.current) {
      box.current.scrollTop += file.prepended.lines * LINE_HEIGHT;
      seenLines.current += file.prepended.lines;
    }
  }, [follow, file.version, lines, wrap, file.prepended]);

  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => setView({ top: element.scrollTop, height: element.clientHeight }));
    observer.observe(element);
    return () => observer.disconnect();
  }, [file.size === null]);

  useEffect(() => {
    // A new search begins at what is in sight.
    const near = matches.findIndex((line) => line >= Math.floor(view.top / LINE_HEIGHT));
    setMatch(Math.max(0, near === -1 ? matches.length - 1 : near));
  }, [usable]);

  const goToMatch = (index: number) => {
    if (matches.length === 0) return;
    const wanted = (index + matches.length) % matches.length;
    setMatch(wanted);
    setFollow(false);
    if (box.current) box.current.scrollTop = (matches[wanted] ?? 0) * LINE_HEIGHT - view.height / 2;
  };
  const onScroll = () => {
    const element = box.current;
    if (!element) return;
    setView({ top: element.scrollTop, height: element.clientHeight });
    const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < END_MARGIN;
    if (atEnd !== follow) setFollow(atEnd);
    if (element.scrollTop < LINE_HEIGHT * OVERSCAN && !file.loadingEarlier) file.loadEarlier();
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const step = { n: 1, N: -1 }[event.key];
    if (step !== undefined) goToMatch(match + step);
    else if (event.key === "w") setWrap(!wrap);
    else if (event.key === "G") toEnd();
    else return;
    event.preventDefault();
  };

  if (file.error !== null && file.size === null) return <ErrorState error={file.error} onRetry={file.retry} />;
  if (file.size === null) return <Skeleton lines={8} />;

  const first = Math.max(0, Math.min(Math.floor(view.top / LINE_HEIGHT) - OVERSCAN, lines - 1));
  const last = Math.min(lines, Math.ceil((view.top + view.height) / LINE_HEIGHT) + OVERSCAN);
  const currentLine = matches[match];
  return (
    <div className={styles.view}>
      <LogToolbar
        url={url}
        name={name}
        typed={typed}
        onType={setTyped}
        problem={typeof pattern === "string" ? pattern : null}
        matches={matches.length}
        match={match}
        onMatch={goToMatch}
        wrap={wrap}
        onWrap={() => setWrap(!wrap)}
        follow={follow}
        onFollow={() => {
          setFollow(!follow);
          if (!follow) toEnd();
        }}
        live={live}
      />
      {lines === 0 ? (
        <EmptyState icon="file" title={live ? t("log.waiting") : t("log.empty")} />
      ) : (
        <div
          ref={box}
          className={`${styles.box} ${wrap ? styles.wrap : ""}`}
          role="log"
          aria-label={name}
          aria-live="off"
          style={{ "--digits": Math.max(3, String((buffer.firstNumber ?? 1) + lines).length) }}
          tabIndex={0}
          onScroll={onScroll}
          onKeyDown={onKeyDown}
        >
          {buffer.firstNumber !== 1 && <p className={styles.earlier}>{earlierText(buffer, file.loadingEarlier)}</p>}
          <div style={{ height: first * LINE_HEIGHT }} />
          {Array.from({ length: Math.max(0, last - first) }, (_, offset) => {
            const index = first + offset;
            return <LogLine key={index} number={buffer.firstNumber === null ? null : buffer.firstNumber + index} text={buffer.lineAt(index)} pattern={usable} current={index === currentLine} />;
          })}
          <div style={{ height: Math.max(0, lines - last) * LINE_HEIGHT }} />
        </div>
      )}
      <footer className={styles.footer}>
        <span>{t("log.size", { lines: formatCount(lines), size: formatBytes(file.size) })}</span>
        {file.error !== null && <span className={styles.problem}>{t("log.stale")}</span>}
        {!follow && lines > seenLines.current && (
          <Button icon="arrowDown" onClick={() => setFollow(true)}>
            {t("log.newLines", { count: lines - seenLines.current })}
          </Button>
        )}
      </footer>
    </div>
  );
}

/** Why the first line shown is not the first of the file. */
function earlierText(buffer: LogBuffer, loading: boolean): string {
  if (!buffer.hasEarlier) return t("log.trimmed", { count: (buffer.firstNumber ?? 1) - 1 });
  return loading ? t("log.loadingEarlier") : t("log.earlier", { size: formatBytes(buffer.start) });
}
