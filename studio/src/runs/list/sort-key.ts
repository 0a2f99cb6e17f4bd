/** Fields that a list is ordered by, as its address writes them: `status,-metric.loss.min`. The first counts most. */

/** How many fields the server orders by. */
export const SORT_KEYS_MAX = 8;

/** The fields of an order. A comma in quotes belongs to a key. */
export function sortKeys(order: string): string[] {
  const keys: string[] = [""];
  let quote = "";
  for (let at = 0; at < order.length; at += 1) {
    const sign = order[at] ?? "";
    const escaped = quote !== "" && sign === "\\";
    if (escaped) keys[keys.length - 1] += sign + (order[(at += 1)] ?? "");
    else if (quote === "" && sign === ",") keys.push("");
    else {
      if (quote === "" ? "\"'`".includes(sign) : sign === quote) quote = quote === "" ? sign : "";
      keys[keys.length - 1] += sign;
    }
  }
  return keys.map((key) => key.trim()).filter((key) => key !== "");
}

/** Which place a field has in an order, from 0, and its direction; null when the order is not by it. */
export function placeOf(order: string, field: string): { at: number; isDown: boolean } | null {
  const keys = sortKeys(order);
  const at = keys.findIndex((key) => key === field || key === `-${field}`);
  return at < 0 ? null : { at, isDown: keys[at] !== field };
}

/** The order after a press on a field's head: by that field alone, downwards first; `extends` keeps the others and adds or turns it. */
export function pressed(order: string, field: string, extend: boolean): string {
  const place = placeOf(order, field);
  const next = place?.isDown ? field : `-${field}`;
  if (!extend) return next;
  const keys = sortKeys(order);
  if (place !== null) keys[place.at] = next;
  else if (keys.length < SORT_KEYS_MAX) keys.push(next);
  return keys.join(",");
}

/** The order without the field at a place; null when nothing is left. */
export function withoutKey(order: string, at: number): string | null {
  return sortKeys(order).toSpliced(at, 1).join(",") || null;
}
