const NEWLINE = 10;

/**
 * The loaded part of a log file, as lines.
 *
 * Holds one unbroken stretch of bytes, `[start, end)` of the file: later bytes are appended as the file grows, earlier ones are put in
 * front when the reader scrolls up. A line that is not finished yet counts as a line.
 */
export class LogBuffer {
  start = 0;
  end = 0;
  /** Grows with every change. */
  version = 0;
  private trimmed = 0;
  private lines: string[] = [];
  /** Bytes after the last newline: they may end in the middle of a character. */
  private tail: Uint8Array = new Uint8Array();
  private tailText = "";
  /** Bytes before the first newline when the head of the file is not loaded: the rest of that line is not known yet. */
  private head: Uint8Array = new Uint8Array();
  private started = false;

  get lineCount(): number {
    return this.lines.length + (this.tailText === "" ? 0 : 1);
  }

  /** The number of the first line held, or null while it is not known because the head of the file is not loaded. */
  get firstNumber(): number | null {
    return this.start === 0 ? this.trimmed + 1 : null;
  }

  /** True when there is an earlier part to load, and nothing after it was let go. */
  get hasEarlier(): boolean {
    return this.start > 0 && this.trimmed === 0;
  }

  lineAt(index: number): string {
    return index < this.lines.length ? (this.lines[index] ?? "") : this.tailText;
  }

  /** Takes bytes that begin where the loaded part ends. Bytes that are known already are skipped; a gap is refused. */
  append(offset: number, bytes: Uint8Array): void {
    if (!this.started) {
      this.started = true;
      this.start = offset;
      this.end = offset;
      if (offset > 0) {
        this.takeHead(bytes);
        return;
      }
    }
    if (offset > this.end) throw new RangeError(`A gap in the log: ${offset} after ${this.end}`);
    const fresh = bytes.subarray(this.end - offset);
    if (fresh.length === 0) return;
    this.end += fresh.length;
    this.takeLines(joined(this.tail, fresh));
  }

  /** Takes the bytes that end where the loaded part begins. Returns how many lines that puts in front. */
  prepend(bytes: Uint8Array): number {
    if (bytes.length === 0 || this.trimmed > 0) return 0;
    const before = this.lines.length;
    const all = joined(bytes, this.head);
    this.start -= bytes.length;
    const from = this.start === 0 ? 0 : all.indexOf(NEWLINE) + 1;
    this.head = all.slice(0, from);
    const whole = all.lastIndexOf(NEWLINE) + 1;
    if (whole < all.length) this.completeFirstLine(all.slice(whole));
    if (whole > from) this.lines = [...linesOf(all.subarray(from, whole)), ...this.lines];
    this.version += 1;
    return this.lines.length - before;
  }

  /** Lets go of the oldest lines beyond `maxLines`. Returns how many. */
  trim(maxLines: number): number {
    const extra = this.lines.length - maxLines;
    if (extra <= 0) return 0;
    this.lines = this.lines.slice(extra);
    this.trimmed += extra;
    return extra;
  }

  /** A line longer than what is read at once arrives in parts. */
  private completeFirstLine(beginning: Uint8Array): void {
    const first = this.lines[0];
    if (first !== undefined) {
      this.lines[0] = decoder.decode(beginning) + first;
      return;
    }
    this.tail = joined(beginning, this.tail);
    this.tailText = shown(decoder.decode(this.tail));
  }

  private takeHead(bytes: Uint8Array): void {
    const newline = bytes.indexOf(NEWLINE);
    const headEnd = newline + 1;
    this.head = bytes.slice(0, headEnd);
    this.end += bytes.length;
    this.takeLines(bytes.subarray(headEnd));
  }

  private takeLines(bytes: Uint8Array): void {
    const last = bytes.lastIndexOf(NEWLINE);
    if (last >= 0) for (const line of linesOf(bytes.subarray(0, last + 1))) this.lines.push(line);
    this.tail = bytes.slice(last + 1);
    this.tailText = shown(decoder.decode(this.tail));
    this.version += 1;
  }
}

const decoder = new TextDecoder();

/** The lines of bytes that end with a newline. */
function linesOf(bytes: Uint8Array): string[] {
  if (bytes.length === 0) return [];
  const lines = decoder.decode(bytes).split("\n");
  lines.pop();
  return lines.map(shown);
}

/** What a terminal would show of a line: a carriage return starts it again, as progress bars do. */
function shown(line: string): string {
  const trimmed = line.endsWith("\r") ? line.slice(0, -1) : line;
  return trimmed.slice(trimmed.lastIndexOf("\r") + 1);
}

function joined(left: Uint8Array, right: Uint8Array): Uint8Array {
  if (left.length === 0) return right;
  const both = new Uint8Array(left.length + right.length);
  both.set(left);
  both.set(right, left.length);
  return both;
}
