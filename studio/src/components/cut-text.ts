const END = 8;
/** With fewer letters before the end, hardly more room would be won than the mark of the cut takes. */
const WHOLE = 12;

/** The two parts of a text that is cut in its middle where there is no room; the second is empty for a text that is short anyway. */
export function cutInTwo(text: string): readonly [head: string, end: string] {
  return text.length <= WHOLE ? [text, ""] : [text.slice(0, -END), text.slice(-END)];
}

/** The text where there is room for so many letters; a longer one goes without its middle. */
export function shortened(text: string, letters: number): string {
  const room = Math.max(3, Math.floor(letters));
  if (text.length <= room) return text;
  const end = Math.floor((room - 1) / 3);
  return `${text.slice(0, room - 1 - end).trimEnd()}…${text.slice(text.length - end)}`;
}
