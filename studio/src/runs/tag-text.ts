/** Reads what was typed as a tag: `key`, `key=value` or `key: value`. Null when there is no key. */
export function parseTag(typed: string): [string, string | null] | null {
  const match = /^\s*([^=:]*?)\s*(?:[=:]\s*(.*?)\s*)?$/s.exec(typed);
  const key = match?.[1] ?? "";
  if (key === "") return null;
  return [key, match?.[2] ?? null];
}
