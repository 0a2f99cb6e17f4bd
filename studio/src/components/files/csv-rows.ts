/** The rows of a text of comma- or tab-separated values. `complete` is false when rows after `maxRows` were left out. */
export interface CsvRows {
  head: string[];
  rows: string[][];
  complete: boolean;
}

/** Reads RFC 4180: quotes double inside quotes, line ends inside quotes stay. A quote that is never closed ends with the text. */
export function parseCsv(text: string, separator: "," | "\t" | ";", maxRows: number): CsvRows {
  const records: string[][] = [];
  let at = 0;
  while (at < text.length && records.length <= maxRows) {
    const record = readRecord(text, at, separator);
    if (record.fields.length > 1 || record.fields[0] !== "") records.push(record.fields);
    at = record.end;
  }
  const [head = [], ...rows] = records;
  return { head, rows, complete: at >= text.length };
}

/** The separator that the first line uses most. */
export function separatorOf(text: string): "," | "\t" | ";" {
  const line = text.slice(0, text.indexOf("\n") === -1 ? undefined : text.indexOf("\n"));
  const counts = ([",", "\t", ";"] as const).map((sign) => [sign, line.split(sign).length] as const);
  return counts.reduce((best, each) => (each[1] > best[1] ? each : best))[0];
}

function readRecord(text: string, start: number, separator: string): { fields: string[]; end: number } {
  const fields: string[] = [];
  let at = start;
  for (;;) {
    const field = text[at] === '"' ? quoted(text, at) : plain(text, at, separator);
    fields.push(field.value);
    at = field.end;
    if (text[at] === separator) {
      at += 1;
      continue;
    }
    if (text[at] === "\r") at += 1;
    return { fields, end: text[at] === "\n" ? at + 1 : Math.max(at, start + 1) };
  }
}

function plain(text: string, start: number, separator: string): { value: string; end: number } {
  let end = start;
  while (end < text.length && text[end] !== separator && text[end] !== "\n" && !(text[end] === "\r" && text[end + 1] === "\n")) end += 1;
  return { value: text.slice(start, end), end };
}

function quoted(text: string, start: number): { value: string; end: number } {
  let value = "";
  let from = start + 1;
  for (;;) {
    const quote = text.indexOf('"', from);
    if (quote === -1) return { value: value + text.slice(from), end: text.length };
    value += text.slice(from, quote);
    if (text[quote + 1] !== '"') return { value, end: quote + 1 };
    value += '"';
    from = quote + 2;
  }
}
