import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { readRange } from "../../client/artifact";
import { t } from "../../text/text";
import { buttonClass } from "../Button";
import { formatBytes } from "../format";
import { Icon } from "../Icon";
import { LogView } from "../logs/LogView";
import { EmptyState, ErrorState, Skeleton } from "../states";
import { CODE_MAX_BYTES, CodeView } from "./CodeView";
import styles from "./FilePreview.module.css";
import { type FileKind, fileKind } from "./file-kind";

const Markdown = lazy(async () => ({ default: (await import("../Markdown")).Markdown }));

interface FilePreviewProps {
  url: string;
  path: string;
  sizeBytes: number;
  /** Changes when the content has. */
  revision: string;
  /** True while the file may still grow. */
  live: boolean;
}

/** Shows a file as what it is, and offers it for download. */
export function FilePreview({ url, path, sizeBytes, revision, live }: FilePreviewProps) {
  const kind = fileKind(path);
  if (kind === "log" || (kind !== "image" && kind !== "binary" && (sizeBytes > CODE_MAX_BYTES || live))) {
    return <LogView key={url} url={url} name={path} sizeBytes={sizeBytes} revision={revision} live={live} />;
  }
  return (
    <div className={styles.preview}>
      <header className={styles.header}>
        <span className={styles.path} title={path}>
          {path}
        </span>
        <span className={styles.size}>{formatBytes(sizeBytes)}</span>
        <a className={buttonClass("quiet")} href={url} download={path.split("/").at(-1)}>
          <Icon name="download" />
          {t("action.download")}
        </a>
      </header>
      {kind === "image" && (
        <div className={styles.image}>
          <img src={`${url}?v=${encodeURIComponent(revision)}`} alt={path} />
        </div>
      )}
      {kind === "binary" && <EmptyState icon="file" title={t("files.binary.title")}>{t("files.binary.body")}</EmptyState>}
      {(kind === "text" || kind === "json" || kind === "markdown") && <TextFile url={url} path={path} kind={kind} revision={revision} />}
    </div>
  );
}

function TextFile({ url, path, kind, revision }: { url: string; path: string; kind: FileKind; revision: string }) {
  const content = useQuery({ queryKey: ["file", url, revision], queryFn: ({ signal }) => readText(url, signal), staleTime: Number.POSITIVE_INFINITY });
  if (content.isError) return <ErrorState error={content.error} onRetry={() => void content.refetch()} />;
  if (content.data === undefined) return <Skeleton lines={6} />;
  if (content.data === null) return <EmptyState icon="file" title={t("files.binary.title")}>{t("files.binary.body")}</EmptyState>;
  if (kind === "markdown") {
    return (
      <div className={styles.markdown}>
        <Suspense fallback={<Skeleton />}>
          <Markdown source={content.data} />
        </Suspense>
      </div>
    );
  }
  return <CodeView text={kind === "json" ? indented(content.data) : content.data} label={path} />;
}

/** The text of a file, or null when it is none: a zero byte gives that away. */
async function readText(url: string, signal: AbortSignal): Promise<string | null> {
  const { bytes } = await readRange(url, 0, undefined, signal);
  return bytes.includes(0) ? null : new TextDecoder().decode(bytes);
}

/** JSON in readable form; as it is when it is no valid JSON. */
function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
