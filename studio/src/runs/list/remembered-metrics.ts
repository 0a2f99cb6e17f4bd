import { isRecord } from "../../client/api";
import type { RunQuery } from "../../client/run";

const STORAGE_KEY = "runyard.listMetrics";
/** Lists that were not opened for long are forgotten. */
const LISTS_MOST = 50;

/**
 * The metrics that a list had columns for when this browser showed it last: they are asked for with its first rows. Known only afterwards they
 * would have all rows read once more.
 */
export function rememberedMetrics(workspace: string, within: RunQuery): readonly string[] {
  const names = readAll()[nameOf(workspace, within)];
  return Array.isArray(names) ? names.filter((name) => typeof name === "string") : [];
}

export function rememberMetrics(workspace: string, within: RunQuery, names: readonly string[]): void {
  const { [nameOf(workspace, within)]: _, ...others } = readAll();
  const kept = [...Object.entries(others), [nameOf(workspace, within), names]].slice(-LISTS_MOST);
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify(Object.fromEntries(kept)));
  } catch {
    // Storage is blocked or full: the list is read once more the next time.
  }
}

function nameOf(workspace: string, within: RunQuery): string {
  return JSON.stringify([workspace, within]);
}

function readAll(): Record<string, unknown> {
  try {
    const all: unknown = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? "{}");
    return isRecord(all) ? all : {};
  } catch {
    return {}; // blocked, or not what was written
  }
}
