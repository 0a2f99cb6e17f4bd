import { t } from "../../text/text";
import { Button, buttonClass, IconButton } from "../Button";
import { SearchField } from "../fields";
import { formatCount } from "../format";
import { Icon } from "../Icon";
import windowStyles from "../text-window/window.module.css";
import styles from "./LogView.module.css";
import type { LineSearch } from "./line-search";

interface LogToolbarProps {
  url: string;
  name: string;
  typed: string;
  onType: (text: string) => void;
  problem: string | null;
  search: LineSearch | null;
  match: number;
  onMatch: (index: number) => void;
  list: boolean;
  onList: () => void;
  wrap: boolean;
  onWrap: () => void;
  follow: boolean;
  onFollow: () => void;
  live: boolean;
}

export function LogToolbar({ url, name, typed, onType, problem, search, match, onMatch, list, onList, wrap, onWrap, follow, onFollow, live }: LogToolbarProps) {
  const matches = search?.hits.length ?? 0;
  const found = problem ?? (search?.error ? messageOf(search.error) : typed === "" ? "" : foundText(search, match));
  return (
    <div className={styles.toolbar} role="toolbar" aria-label={t("log.toolbar")}>
      <div
        className={windowStyles.search}
        onKeyDown={(event) => {
          if (event.key === "Enter") onMatch(match + (event.shiftKey ? -1 : 1));
        }}
      >
        <SearchField label={t("log.search")} value={typed} onChange={onType} />
      </div>
      <span role="status" className={problem || search?.error ? styles.problem : windowStyles.found}>
        {found}
      </span>
      {matches > 0 && (
        <>
          <IconButton icon="arrowUp" label={t("log.previousMatch")} onClick={() => onMatch(match - 1)} />
          <IconButton icon="arrowDown" label={t("log.nextMatch")} onClick={() => onMatch(match + 1)} />
          <Button tone="quiet" icon="table" aria-pressed={list} onClick={onList}>
            {t("log.list")}
          </Button>
        </>
      )}
      <span className={styles.spring} />
      <Button tone="quiet" icon="wrap" aria-pressed={wrap} onClick={onWrap}>
        {t("log.wrap")}
      </Button>
      {live && (
        <Button tone="quiet" icon={follow ? "pause" : "play"} aria-pressed={follow} onClick={onFollow}>
          {follow ? t("log.pause") : t("log.follow")}
        </Button>
      )}
      <a className={buttonClass("quiet")} href={url} download={name.split("/").at(-1)}>
        <Icon name="download" />
        {t("action.download")}
      </a>
    </div>
  );
}

/** "3 of 41": which hit is shown, of how many as far as they are known. */
function foundText(search: LineSearch | null, match: number): string {
  if (search === null) return t("log.searching");
  const count = search.hits.length;
  const values = { at: formatCount(count === 0 ? 0 : match + 1), count: formatCount(count) };
  if (search.isCapped) return t("log.matchesMore", values);
  return search.done ? t("log.matches", values) : t("log.matchesSoFar", values);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
