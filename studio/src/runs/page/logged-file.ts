import { isRecord } from "../../client/api";
import type { Artifact } from "../../client/artifact";

/** The file that a metric's value names: the value is an address that ends with the file's path. */
export function fileOf(address: unknown, artifacts: readonly Artifact[]): Artifact | null {
  if (typeof address !== "string") return null;
  const matches = artifacts.filter((artifact) => address === artifact.path || address.endsWith(`/${artifact.path}`));
  return matches.sort((left, right) => right.path.length - left.path.length)[0] ?? null;
}

/** The path of the file that a text names, by its path or its last part; empty when it names none. A longer name goes first. */
export function logNamedIn(text: string, files: readonly Artifact[]): string {
  const named = files.filter((file) => text.includes(file.path) || text.includes(file.path.slice(file.path.lastIndexOf("/") + 1)));
  return named.sort((left, right) => right.path.length - left.path.length)[0]?.path ?? "";
}

export interface ConfusionMatrix {
  labels: string[];
  /** Rows are true classes, columns predicted ones. */
  counts: number[][];
}

/** Reads the document of `log_confusion_matrix`; null when it is something else. */
export function parseConfusionMatrix(text: string): ConfusionMatrix | null {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return null;
  }
  const data = isRecord(document) && isRecord(document.data) ? document.data : null;
  if (data === null || !Array.isArray(data.matrix)) return null;
  const counts = data.matrix.map((row: unknown) => (Array.isArray(row) ? row.map(Number) : []));
  const labels: unknown[] = Array.isArray(data.class_labels) ? data.class_labels : [];
  return { labels: counts.map((_, index) => String(labels[index] ?? index)), counts };
}
