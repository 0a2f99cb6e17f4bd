import type { MetricValue } from "../../client/metric";

/** Columns as comma-separated values, with a head line (RFC 4180). */
export function csvOf(columns: Readonly<Record<string, readonly MetricValue[]>>): string {
  const names = Object.keys(columns);
  const rowCount = Math.max(0, ...Object.values(columns).map((values) => values.length));
  const lines = [names.map(field).join(",")];
  for (let row = 0; row < rowCount; row += 1) lines.push(names.map((name) => field(columns[name]?.[row] ?? "")).join(","));
  return `${lines.join("\r\n")}\r\n`;
}

function field(value: MetricValue): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Hands `text` to the reader as a file. */
export function saveText(name: string, text: string, type: string): void {
  saveBlob(name, new Blob([text], { type }));
}

export function saveBlob(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
