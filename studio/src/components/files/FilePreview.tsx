import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useMemo, useState } from "react";
import { fileTextQuery } from "../../client/file-text";
import type { TextSource } from "../../client/text-file";
import { t } from "../../text/text";
import { buttonClass } from "../Button";
import { Segments } from "../fields";
import { formatBytes } from "../format";
import { Icon } from "../Icon";
import { LogView } from "../logs/LogView";
import type { LineRange } from "../logs/line-range";
import { EmptyState, ErrorState, Skeleton } from "../states";
import { CODE_MAX_BYTES, CodeView } from "./CodeView";
import styles from "./FilePreview.module.css";
import { type FileKind, fileKind } from "./file-kind";

const Markdown = lazy(async () => ({ default: (await import("../Markdown")).Markdown }));
const CsvTable = lazy(async () => ({ default: (await import("./CsvTable")).CsvTable }));

/** What the browser shows or plays by itself. */
const PLAYED: ReadonlySet<FileKind> = new Set(["image", "audio", "video"]);

interface FilePreviewProps {
  url: string;
  path: string;
  sizeBytes: number;
  /** Changes when the content has. */
  revision: string;
  /** True while the file may still grow. */
  live: boolean;
  /** Reads the file by its lines, where the server offers that. */
  source: TextSource | null;
  range: LineRange | null;
  onRange: (range: LineRange) => void;
}

/** Shows a file as what it is, and offers it for download. */
export function FilePreview({ source, ...file }: FilePreviewProps) {
  const { url, path, sizeBytes, revision, live } = file;
  const kind = fileKind(path);
  const [form, setForm] = useState<"preview" | "source">("preview");
  if (source !== null && (kind === "log" || (!PLAYED.has(kind) && kind !== "binary" && (sizeBytes > CODE_MAX_BYTES || live)))) {
    return <LogView key={url} source={source} url={url} name={path} revision={`${revision} ${sizeBytes}`} live={live} range={file.range} onRange={file.onRange} />;
  }
  const hasPreview = kind === "markdown" || kind === "table" || kind === "html";
  return (
    <div className={styles.preview}>
      <header className={styles.header}>
        <span className={styles.path} title={path}>
          {path}
        </span>
        <span className={styles.size}>{formatBytes(sizeBytes)}</span>
        {hasPreview && (
          <Segments
            label={t("files.form")}
            choices={[
              ["preview", t("files.form.preview")],
              ["source", t("files.form.source")],
            ]}
            value={form}
            onChange={setForm}
          />
        )}
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
      {kind === "audio" && (
        <div className={styles.image}>
          {/* biome-ignore lint/a11y/useMediaCaption: what a run has stored has no captions */}
          <audio src={`${url}?v=${encodeURIComponent(revision)}`} controls preload="metadata" aria-label={path} />
        </div>
      )}
      {kind === "video" && (
        <div className={styles.image}>
          {/* biome-ignore lint/a11y/useMediaCaption: what a run has stored has no captions */}
          <video src={`${url}?v=${encodeURIComponent(revision)}`} controls preload="metadata" aria-label={path} />
        </div>
      )}
      {kind === "binary" && <EmptyState icon="file" title={t("files.binary.title")}>{t("files.binary.body")}</EmptyState>}
      {!PLAYED.has(kind) && kind !== "binary" && <TextFile {...file} kind={hasPreview && form === "source" ? "text" : kind} />}
    </div>
  );
}

function TextFile({ url, path, sizeBytes, revision, kind, range, onRange }: Omit<FilePreviewProps, "source"> & { kind: FileKind }) {
  const content = useQuery(fileTextQuery(url, revision, CODE_MAX_BYTES));
  const text = useMemo(() => (kind === "json" && content.data ? indented(content.data) : content.data), [kind, content.data]);
  if (content.isError) return <ErrorState error={content.error} onRetry={() => void content.refetch()} />;
  if (text === undefined) return <Skeleton lines={6} />;
  if (text === null) return <EmptyState icon="file" title={t("files.binary.title")}>{t("files.binary.body")}</EmptyState>;
  if (text === "") return <EmptyState icon="file" title={t("log.empty")} />;
  return (
    <>
      {sizeBytes > CODE_MAX_BYTES && <p className={styles.notice}>{t("files.beginning", { size: formatBytes(CODE_MAX_BYTES), whole: formatBytes(sizeBytes) })}</p>}
      <Suspense fallback={<Skeleton lines={6} />}>
        {kind === "markdown" ? (
          <div className={styles.markdown} tabIndex={0} role="region" aria-label={path}>
            <Markdown source={text} />
          </div>
        ) : kind === "table" ? (
          <CsvTable text={text} label={path} />
        ) : kind === "html" ? (
          // Nothing in it may run, and nothing of the Studio is within its reach.
          <iframe className={styles.html} sandbox="" srcDoc={text} title={path} />
        ) : (
          <CodeView text={text} path={path} range={range} onRange={onRange} />
        )}
      </Suspense>
    </>
  );
}

/** JSON in readable form; as it is when it is no valid JSON. */
function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
