import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { fileTextQuery } from "../../../client/file-text";
import { Checkbox, SearchField } from "../../../components/fields";
import { formatBytes } from "../../../components/format";
import { matchRanges, parsePattern } from "../../../components/logs/log-search";
import { ErrorState, Skeleton } from "../../../components/states";
import { t } from "../../../text/text";
import styles from "./media.module.css";

/** More is not drawn at once; the file itself has it all. */
const SHOWN_BYTES = 256 * 1024;

/** A logged text that is searched and wrapped. */
export function LoggedText({ url, name, revision, sizeBytes }: { url: string; name: string; revision: string; sizeBytes: number }) {
  const content = useQuery(fileTextQuery(url, revision, SHOWN_BYTES));
  const [find, setFind] = useState("");
  const [wrap, setWrap] = useState(true);
  const parts = useMemo(() => partsOf(content.data ?? "", find), [content.data, find]);
  if (content.isError) return <ErrorState error={content.error} onRetry={() => void content.refetch()} />;
  if (content.data === undefined) return <Skeleton lines={4} />;
  const hits = parts.filter((part) => part.isHit).length;
  return (
    <div className={styles.text}>
      <div className={styles.bar}>
        <SearchField label={t("media.find")} value={find} onChange={setFind} />
        <Checkbox label={t("media.wrap")} checked={wrap} onChange={(event) => setWrap(event.target.checked)} />
        <span role="status" className={styles.found}>
          {find === "" ? "" : t("media.hits", { count: hits })}
        </span>
      </div>
      {sizeBytes > SHOWN_BYTES && <p className={styles.notice}>{t("files.beginning", { size: formatBytes(SHOWN_BYTES), whole: formatBytes(sizeBytes) })}</p>}
      <pre className={styles.lines} data-wrap={wrap} tabIndex={0} role="region" aria-label={name}>
        {parts.map((part, index) => (part.isHit ? <mark key={index}>{part.text}</mark> : part.text))}
      </pre>
    </div>
  );
}

interface Part {
  text: string;
  isHit: boolean;
}

function partsOf(text: string, find: string): Part[] {
  const pattern = parsePattern(find);
  if (find === "" || pattern === null || typeof pattern === "string") return [{ text, isHit: false }];
  const parts: Part[] = [];
  let at = 0;
  for (const [start, end] of matchRanges(pattern, text)) {
    if (start > at) parts.push({ text: text.slice(at, start), isHit: false });
    parts.push({ text: text.slice(start, end), isHit: true });
    at = end;
  }
  parts.push({ text: text.slice(at), isHit: false });
  return parts;
}
