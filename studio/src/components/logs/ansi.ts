/** A piece of a line in one style. `colour` and `ground` are CSS values; null is the default. */
export interface AnsiSpan {
  text: string;
  colour: string | null;
  ground: string | null;
  bold: boolean;
  dim: boolean;
  italic: boolean;
  underline: boolean;
}

export type AnsiStyle = Omit<AnsiSpan, "text">;

export const PLAIN_STYLE: AnsiStyle = { colour: null, ground: null, bold: false, dim: false, italic: false, underline: false };

const ESCAPE = "\u001b";
// A control sequence, an operating-system command (up to BEL or ST), the choice of a character set, or a two-character escape.
const SEQUENCE = /\u001b(?:\[([0-9;:?]*)([@-~])|[()][A-Z0-9]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g;

/** Splits a line into styled pieces, and says which style the next line begins with. */
export function parseAnsi(line: string, start: AnsiStyle = PLAIN_STYLE): { spans: AnsiSpan[]; end: AnsiStyle } {
  if (!line.includes(ESCAPE)) return { spans: line === "" ? [] : [{ ...start, text: line }], end: start };
  const spans: AnsiSpan[] = [];
  let style = start;
  let from = 0;
  for (const match of line.matchAll(SEQUENCE)) {
    if (match.index > from) spans.push({ ...style, text: line.slice(from, match.index) });
    if (match[2] === "m") style = withCodes(style, match[1] ?? "");
    from = match.index + match[0].length;
  }
  if (from < line.length) spans.push({ ...style, text: line.slice(from) });
  return { spans, end: style };
}

function withCodes(style: AnsiStyle, parameters: string): AnsiStyle {
  const codes = parameters.split(/[;:]/).map((code) => (code === "" ? 0 : Number(code)));
  let next = { ...style };
  for (let index = 0; index < codes.length; index += 1) {
    const code = codes[index] ?? 0;
    if (code === 38 || code === 48) {
      const { colour, used } = extendedColour(codes.slice(index + 1));
      if (code === 38) next.colour = colour;
      else next.ground = colour;
      index += used;
    } else {
      next = withCode(next, code);
    }
  }
  return next;
}

function withCode(style: AnsiStyle, code: number): AnsiStyle {
  if (code === 0) return { ...PLAIN_STYLE };
  if (code === 1) return { ...style, bold: true };
  if (code === 2) return { ...style, dim: true };
  if (code === 3) return { ...style, italic: true };
  if (code === 4) return { ...style, underline: true };
  if (code === 22) return { ...style, bold: false, dim: false };
  if (code === 23) return { ...style, italic: false };
  if (code === 24) return { ...style, underline: false };
  if (code >= 30 && code <= 37) return { ...style, colour: basicColour(code - 30) };
  if (code === 39) return { ...style, colour: null };
  if (code >= 40 && code <= 47) return { ...style, ground: groundColour(basicColour(code - 40)) };
  if (code === 49) return { ...style, ground: null };
  if (code >= 90 && code <= 97) return { ...style, colour: basicColour(code - 90) };
  if (code >= 100 && code <= 107) return { ...style, ground: groundColour(basicColour(code - 100)) };
  return style;
}

/** `38;5;N` and `38;2;R;G;B`. `used` counts the codes that belong to it. */
function extendedColour(codes: readonly number[]): { colour: string | null; used: number } {
  const [mode, first = 0, green = 0, blue = 0] = codes;
  if (mode === 5) return { colour: indexedColour(first), used: 2 };
  if (mode === 2) return { colour: `rgb(${first} ${green} ${blue})`, used: 4 };
  return { colour: null, used: codes.length };
}

/** The 8 basic colours come from the theme, so that they can be read on its ground. */
function basicColour(index: number): string {
  return `var(--ansi-${index})`;
}

/** A ground must let the text on it be read: a tint of the colour. */
function groundColour(colour: string): string {
  return `color-mix(in srgb, ${colour} 25%, transparent)`;
}

function indexedColour(index: number): string {
  if (index < 16) return basicColour(index % 8);
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10;
    return `rgb(${grey} ${grey} ${grey})`;
  }
  const level = (value: number) => (value === 0 ? 0 : 55 + value * 40);
  const cube = index - 16;
  return `rgb(${level(Math.floor(cube / 36))} ${level(Math.floor(cube / 6) % 6)} ${level(cube % 6)})`;
}
