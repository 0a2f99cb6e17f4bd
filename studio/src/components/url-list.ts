/** Lists of texts in one search parameter: separated by commas, with `\` before a comma or `\` that belongs to a text. */

export function joinList(texts: readonly string[]): string {
  return texts.map((text) => text.replace(/[\\,]/g, "\\$&")).join(",");
}

export function splitList(joined: string): string[] {
  if (joined === "") return [];
  const texts: string[] = [];
  let text = "";
  for (let index = 0; index < joined.length; index += 1) {
    const char = joined[index];
    if (char === "\\" && index + 1 < joined.length) {
      index += 1;
      text += joined[index];
    } else if (char === ",") {
      texts.push(text);
      text = "";
    } else {
      text += char;
    }
  }
  texts.push(text);
  return texts;
}
