import { type KeyboardEvent, type MouseEvent, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { TextSource } from "../../client/text-file";
import { t } from "../../text/text";
import { Button } from "../Button";
import { formatBytes } from "../format";
import { EmptyState, ErrorState, Skeleton } from "../states";
import { useScrollMap } from "../text-window/useScrollMap";
import windowStyles from "../text-window/window.module.css";
import { HitList } from "./HitList";
import { LogLine } from "./LogLine";
import { LogToolbar } from "./LogToolbar";
import styles from "./LogView.module.css";
import { clickedRange, type LineRange } from "./line-range";
import { firstMatch, type LineSearch } from "./line-search";
import { parsePattern } from "./log-search";
import { useLineSearch, useLineStore } from "./useLineStore";

const LINE_HEIGHT = 18;
const MARGIN_LINES = 20;

export interface LogViewProps {
  source: TextSource;
  /** The whole file, for download. */
  url: string;
  name: string;
  /** Changes when the file was touched: what is new is then read. */
  revision: string;
  /** True while more may come. */
  live: boolean;
  /** The lines that the address names. */
  range: LineRange | null;
  onRange: (range: LineRange) => void;
}

/** A text file of any size: shows the end first, follows it while it grows, and reads and draws only the lines in sight. */
export function LogView({ source, url, name, revision, live, range, onRange }: LogViewProps) {
  const store = useLineStore(source, revision, range ? range.from - 1 : null);
  const box = useRef<HTMLDivElement>(null);
  const [follow, setFollow] = useState(range === null);
  const [wrap, setWrap] = useState(false);
  const [list, setList] = useState(false);
  const [typed, setTyped] = useState("");
  const [match, setMatch] = useState(0);
  const seenLines = useRef(0);
  /** Where the reader was when the search began: the first match that is shown is looked for from here. */
  const searchedFrom = useRef(0);
  const shownSearch = useRef<LineSearch | null>(null);
  const pattern = useMemo(() => parsePattern(typed), [typed]);
  const usable = pattern === null || typeof pattern === "string" ? null : pattern;
  const search = useLineSearch(source, usable, revision);
  const hits = search?.hits ?? [];

  // Wrapped lines have any height: the last ones are then drawn from the bottom up.
  const view = useScrollMap(box, store.total, LINE_HEIGHT, wrap ? 0 : MARGIN_LINES, () => setFollow(view.map.isAtEnd));
  const { map } = view;
  const atEnd = map.isAtEnd;
  const { first, end } = view;

  useLayoutEffect(() => {
    if (!follow || store.total === 0) return;
    seenLines.current = store.total;
    view.moveTo(store.total - 1, "end");
  }, [follow, store.total, store.ready, map.maxTop, wrap]);
  useLayoutEffect(() => {
    if (range === null || !store.ready) return;
    setFollow(false);
    view.moveTo(range.from - 1, "middle");
  }, [store.ready, range?.from]);
  useEffect(() => {
    if (store.ready && end > first) store.want(first, end);
  }, [store, store.ready, store.total, first, end]);
  useEffect(() => {
    if (search === null || search === shownSearch.current) return;
    const shown = firstMatch(search, searchedFrom.current);
    if (shown !== null || search.done) shownSearch.current = search;
    if (shown !== null) goToMatch(shown);
  }, [search, hits, search?.done]);

  const goToMatch = (index: number) => {
    if (hits.length === 0) return;
    const wanted = (index + hits.length) % hits.length;
    setMatch(wanted);
    setFollow(false);
    view.moveTo(hits[wanted]?.line ?? 0, "middle");
  };
  const onType = (text: string) => {
    const at = hits[match]?.line;
    if (typed === "" || at === undefined || at < first || at >= end) searchedFrom.current = Math.floor(map.top / LINE_HEIGHT);
    setMatch(0);
    setTyped(text);
  };
  const toEnd = () => setFollow(true);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { n: 1, N: -1 }[event.key];
    if (step !== undefined) goToMatch(match + step);
    else if (event.key === "w") setWrap(!wrap);
    else if (event.key === "G") toEnd();
    else if (event.key === "L") onRange(range ?? clickedRange((hits[match]?.line ?? Math.floor(map.top / LINE_HEIGHT)) + 1, null, false));
    else return;
    event.preventDefault();
  };
  const onClick = (event: MouseEvent) => {
    const number = event.target instanceof Element && event.target.closest("[data-number]") ? event.target.closest("[data-line]")?.getAttribute("data-line") : null;
    if (number) onRange(clickedRange(Number(number), range, event.shiftKey));
  };

  if (store.error !== null && !store.ready) return <ErrorState error={store.error} onRetry={() => store.check()} />;
  if (!store.ready) return <Skeleton lines={8} />;
  if (!store.isText) return <EmptyState icon="file" title={t("files.binary.title")}>{t("files.binary.body")}</EmptyState>;
  const currentLine = hits[match]?.line;
  return (
    <div className={styles.view}>
      <LogToolbar
        url={url}
        name={name}
        typed={typed}
        onType={onType}
        problem={typeof pattern === "string" ? pattern : null}
        search={search}
        match={match}
        onMatch={goToMatch}
        list={list}
        onList={() => setList(!list)}
        wrap={wrap}
        onWrap={() => setWrap(!wrap)}
        follow={follow}
        onFollow={() => setFollow(!follow)}
        live={live}
      />
      {store.total === 0 ? (
        <EmptyState icon="file" title={live ? t("log.waiting") : t("log.empty")} />
      ) : (
        <div
          ref={box}
          className={`${windowStyles.box} ${styles.box} ${wrap ? styles.wrap : ""}`}
          role="log"
          aria-label={name}
          aria-live="off"
          style={{ "--digits": Math.max(3, String(store.total).length) }}
          tabIndex={0}
          onScroll={view.onScroll}
          onKeyDown={onKeyDown}
          onClick={onClick}
        >
          <div className={windowStyles.content} style={{ height: map.physicalHeight }}>
            <div className={`${windowStyles.lines} ${styles.lines} ${wrap && atEnd ? styles.fromBottom : ""}`} style={{ transform: `translateY(${wrap ? map.scroll : view.offset}px)` }}>
              {Array.from({ length: Math.max(0, end - first) }, (_, offset) => {
                const index = first + offset;
                const number = index + 1;
                const chosen = range !== null && number >= range.from && number <= range.to;
                return <LogLine key={number} number={number} line={store.lineAt(index)} pattern={usable} current={index === currentLine} chosen={chosen} />;
              })}
            </div>
          </div>
        </div>
      )}
      {list && search && hits.length > 0 && <HitList search={search} match={match} onMatch={goToMatch} />}
      <footer className={styles.footer}>
        <span>{t("log.size", { lines: store.total, size: formatBytes(store.sizeBytes) })}</span>
        {store.error !== null && <span className={styles.problem}>{t("log.stale")}</span>}
        {!follow && store.total > seenLines.current && seenLines.current > 0 && (
          <Button icon="arrowDown" onClick={toEnd}>
            {t("log.newLines", { count: store.total - seenLines.current })}
          </Button>
        )}
      </footer>
    </div>
  );
}
