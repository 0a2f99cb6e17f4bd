import type { LinePage, TextSource } from "../../client/text-file";
import { type AnsiSpan, type AnsiStyle, PLAIN_STYLE, parseAnsi } from "./ansi";

/** Lines are read and kept in pages of this size. */
export const PAGE_LINES = 200;
/** More pages than fit into sight by far; those not looked at for longest are let go. */
const PAGES_MAX = 60;

/** A line in its colours. `cut` is true when its end is left out because it is too long. */
export interface StyledLine {
  spans: readonly AnsiSpan[];
  cut: boolean;
}

interface Page {
  lines: StyledLine[];
}

/**
 * The lines of a file that are in sight or near it, however long the file is.
 *
 * Lines are numbered from 0 here. What `want` names is read; reads of what is no longer wanted are stopped.
 */
export class LineStore {
  total = 0;
  sizeBytes = 0;
  isText = true;
  /** False until the first answer. */
  ready = false;
  error: unknown = null;
  private readonly pages = new Map<number, Page>();
  private readonly reading = new Map<number, AbortController>();
  private checking: AbortController | null = null;
  private checkAgain = false;

  constructor(
    private readonly source: TextSource,
    private readonly changed: () => void,
  ) {}

  /** The line, or undefined while it is not read. */
  lineAt(index: number): StyledLine | undefined {
    return this.pages.get(Math.floor(index / PAGE_LINES))?.lines[index % PAGE_LINES];
  }

  /** Reads the lines from `first` to `end` unless they are there, and stops reading others. */
  want(first: number, end: number): void {
    const from = Math.floor(first / PAGE_LINES);
    const to = Math.floor(Math.max(first, Math.min(end, this.total) - 1) / PAGE_LINES);
    for (const [page, controller] of this.reading) {
      if (page >= from - 1 && page <= to + 1) continue;
      controller.abort();
      this.reading.delete(page);
    }
    for (let page = from; page <= to; page += 1) {
      const known = this.pages.get(page);
      if (known === undefined) this.readPage(page);
      else this.touch(page, known);
    }
  }

  /** Reads what the file has gained since; the first time, its end, or the page of line `at`. Calls during a read make one more after it. */
  check(at: number | null = null): void {
    if (this.checking) {
      this.checkAgain = true;
      return;
    }
    const controller = new AbortController();
    this.checking = controller;
    const last = Math.max(0, Math.floor((this.total - 1) / PAGE_LINES));
    const start = this.ready ? last * PAGE_LINES : at === null ? -2 * PAGE_LINES : Math.floor(at / PAGE_LINES) * PAGE_LINES;
    this.source
      .read(start, 2 * PAGE_LINES, controller.signal)
      .then((page) => this.take(page), (error: unknown) => this.fail(error, controller.signal))
      .finally(() => {
        if (this.checking === controller) this.checking = null;
        if (this.checkAgain && !controller.signal.aborted) {
          this.checkAgain = false;
          this.check();
        }
      });
  }

  stop(): void {
    this.checking?.abort();
    this.checking = null;
    for (const controller of this.reading.values()) controller.abort();
    this.reading.clear();
  }

  private readPage(page: number): void {
    if (this.reading.has(page)) return;
    const controller = new AbortController();
    this.reading.set(page, controller);
    this.source
      .read(page * PAGE_LINES, PAGE_LINES, controller.signal)
      .then((answer) => this.take(answer), (error: unknown) => this.fail(error, controller.signal))
      .finally(() => {
        if (this.reading.get(page) === controller) this.reading.delete(page);
      });
  }

  /** Keeps the whole pages of an answer. The last page of the file is read again when the file has grown past it. */
  private take(answer: LinePage): void {
    const grown = this.ready && answer.total > this.total;
    if (grown && this.total % PAGE_LINES > 0) {
      const partial = Math.floor(this.total / PAGE_LINES);
      if (answer.start > partial * PAGE_LINES) this.pages.delete(partial);
    }
    this.ready = true;
    this.error = null;
    this.isText &&= !answer.lines.some((line) => line.includes("\0"));
    this.total = Math.max(this.total, answer.total);
    this.sizeBytes = Math.max(this.sizeBytes, answer.size_bytes);
    const lines = styled(answer);
    const from = answer.start;
    for (let page = Math.ceil(from / PAGE_LINES); page * PAGE_LINES < from + lines.length; page += 1) {
      const part = lines.slice(page * PAGE_LINES - from, (page + 1) * PAGE_LINES - from);
      if (part.length === PAGE_LINES || page * PAGE_LINES + part.length >= answer.total) this.touch(page, { lines: part });
    }
    this.changed();
  }

  private touch(number: number, page: Page): void {
    this.pages.delete(number);
    this.pages.set(number, page);
    for (const oldest of this.pages.keys()) {
      if (this.pages.size <= PAGES_MAX) break;
      this.pages.delete(oldest);
    }
  }

  private fail(error: unknown, signal: AbortSignal): void {
    if (signal.aborted) return;
    this.error = error;
    this.changed();
  }
}

/** The lines of an answer in their colours: those that are on above go on in it. */
function styled(answer: LinePage): StyledLine[] {
  const cut = new Set(answer.cut);
  let style: AnsiStyle = answer.style ? parseAnsi(answer.style).end : PLAIN_STYLE;
  return answer.lines.map((text, index) => {
    const { spans, end } = parseAnsi(shown(text), style);
    style = end;
    return { spans, cut: cut.has(answer.start + index) };
  });
}

/** What a terminal would show of a line: after a carriage return it begins anew, as progress bars do. */
function shown(line: string): string {
  const trimmed = line.endsWith("\r") ? line.slice(0, -1) : line;
  return trimmed.slice(trimmed.lastIndexOf("\r") + 1);
}
