import { t } from "../../text/text";
import { Button, buttonClass, IconButton } from "../Button";
import { SearchField } from "../fields";
import { Icon } from "../Icon";
import styles from "./LogView.module.css";

interface LogToolbarProps {
  url: string;
  name: string;
  typed: string;
  onType: (text: string) => void;
  problem: string | null;
  matches: number;
  match: number;
  onMatch: (index: number) => void;
  wrap: boolean;
  onWrap: () => void;
  follow: boolean;
  onFollow: () => void;
  live: boolean;
}

export function LogToolbar({ url, name, typed, onType, problem, matches, match, onMatch, wrap, onWrap, follow, onFollow, live }: LogToolbarProps) {
  const found = problem ?? (typed === "" ? "" : t("log.matches", { at: matches === 0 ? 0 : match + 1, count: matches }));
  return (
    <div className={styles.toolbar} role="toolbar" aria-label={t("log.toolbar")}>
      <div
        className={styles.search}
        onKeyDown={(event) => {
          if (event.key === "Enter") onMatch(match + (event.shiftKey ? -1 : 1));
        }}
      >
        <SearchField label={t("log.search")} value={typed} onChange={onType} />
      </div>
      <span role="status" className={problem ? styles.problem : styles.matches}>
        {found}
      </span>
      {matches > 0 && (
        <>
          <IconButton icon="arrowUp" label={t("log.previousMatch")} onClick={() => onMatch(match - 1)} />
          <IconButton icon="arrowDown" label={t("log.nextMatch")} onClick={() => onMatch(match + 1)} />
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
