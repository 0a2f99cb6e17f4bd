/** Search parameters as plain texts: an address that a person can read, and no surprise such as `"1"` becoming a number. */

export function parseSearch(search: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(search));
}

/** Commas, colons, slashes and at-signs stay as they are: they are common in names of metrics and harmless in a query. */
export function stringifySearch(search: Record<string, unknown>): string {
  const parts = Object.entries(search)
    .filter(([, value]) => typeof value === "string")
    .map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(String(value)).replace(/%(2C|3A|2F|40)/g, decodeURIComponent)}`);
  return parts.length === 0 ? "" : `?${parts.join("&")}`;
}

/** Picks the named parameters that are texts. */
export function textParameters<Key extends string>(search: Record<string, unknown>, names: readonly Key[]): Partial<Record<Key, string>> {
  const picked: Partial<Record<Key, string>> = {};
  for (const name of names) {
    const value = search[name];
    if (typeof value === "string") picked[name] = value;
  }
  return picked;
}
