import { useCallback, useEffect, useRef, useState } from "react";
import { readRange } from "../../client/artifact";
import { LogBuffer } from "./log-buffer";

/** The end of a file is what one wants to see first. */
const FIRST_READ_BYTES = 512 * 1024;
const EARLIER_READ_BYTES = 1024 * 1024;
/** A file up to this size is loaded whole by itself, so that line numbers and search are those of the file. */
const WHOLE_FILE_BYTES = 16 * 1024 * 1024;
const MAX_LINES = 400_000;

export interface LogFile {
  buffer: LogBuffer;
  /** Changes whenever the buffer does. */
  version: number;
  size: number | null;
  error: unknown;
  /** Lines put in front by the last read of an earlier part, so that the view keeps its place. */
  prepended: { lines: number; version: number };
  loadingEarlier: boolean;
  loadEarlier: () => void;
  retry: () => void;
}

/** Loads the end of a file of `known` bytes, follows its growth whenever that or `revision` changes, and loads earlier parts when asked. */
export function useLogFile(url: string, known: number, revision: string): LogFile {
  const [version, setVersion] = useState(0);
  const [size, setSize] = useState<number | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [loadingEarlier, setLoadingEarlier] = useState(false);
  const buffer = useRef(new LogBuffer());
  const prepended = useRef({ lines: 0, version: 0 });
  const reading = useRef<AbortController | null>(null);
  const again = useRef(false);
  const latestKnown = useRef(known);

  const readOn = useCallback(async () => {
    if (reading.current) {
      // One read at a time; what came meanwhile is read right after.
      again.current = true;
      return;
    }
    const controller = new AbortController();
    reading.current = controller;
    try {
      do {
        again.current = false;
        const total = await readNewBytes(url, buffer.current, latestKnown.current, controller.signal);
        if (controller.signal.aborted) return;
        setSize(total);
        buffer.current.trim(MAX_LINES);
        setVersion(buffer.current.version);
        setError(null);
      } while (again.current);
    } catch (reason) {
      if (!controller.signal.aborted) setError(reason);
    } finally {
      if (reading.current === controller) reading.current = null;
    }
  }, [url]);

  useEffect(() => {
    buffer.current = new LogBuffer();
    setSize(null);
    setError(null);
    setVersion(0);
    return () => {
      reading.current?.abort();
      reading.current = null;
    };
  }, [url]);

  useEffect(() => {
    latestKnown.current = known;
    void readOn();
  }, [readOn, known, revision]);

  const loadEarlier = useCallback(() => {
    const target = buffer.current;
    if (!target.hasEarlier) return;
    setLoadingEarlier(true);
    const from = Math.max(0, target.start - EARLIER_READ_BYTES);
    readRange(url, from, target.start)
      .then((part) => {
        if (buffer.current !== target || part.start + part.bytes.length !== target.start) return;
        const lines = target.prepend(part.bytes);
        prepended.current = { lines, version: target.version };
        setVersion(target.version);
      }, setError)
      .finally(() => setLoadingEarlier(false));
  }, [url]);

  useEffect(() => {
    const { hasEarlier, lineCount } = buffer.current;
    if (version > 0 && hasEarlier && size !== null && size <= WHOLE_FILE_BYTES && lineCount < MAX_LINES && !loadingEarlier) loadEarlier();
  }, [version, size, loadingEarlier, loadEarlier]);

  return { buffer: buffer.current, version, size, error, prepended: prepended.current, loadingEarlier, loadEarlier, retry: () => void readOn() };
}

/** Reads what the file has beyond the buffer. A file that has not grown is not asked for. */
async function readNewBytes(url: string, buffer: LogBuffer, known: number, signal: AbortSignal): Promise<number> {
  const isFirst = buffer.version === 0;
  if (known <= buffer.end) return Math.max(known, buffer.end);
  const part = await readRange(url, isFirst ? Math.max(0, known - FIRST_READ_BYTES) : buffer.end, undefined, signal);
  if (part.bytes.length > 0) buffer.append(part.start, part.bytes);
  return Math.max(part.size, buffer.end);
}
