const END = 8;
const WHOLE = 22;

/** The two parts of a text that is cut in its middle where there is no room; the second is empty for a text that is short anyway. */
export function cutInTwo(text: string): readonly [head: string, end: string] {
  return text.length <= WHOLE ? [text, ""] : [text.slice(0, -END), text.slice(-END)];
}
