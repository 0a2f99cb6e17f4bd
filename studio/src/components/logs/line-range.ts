/** Lines `from` to `to` of a file, counted from 1, as an address names them: `120` or `120-140`. */
export interface LineRange {
  from: number;
  to: number;
}

export function parseLineRange(text: string | undefined): LineRange | null {
  const match = /^(\d{1,12})(?:-(\d{1,12}))?$/.exec(text ?? "");
  if (!match) return null;
  const [from, to] = [Number(match[1]), Number(match[2] ?? match[1])].sort((left, right) => left - right);
  return from === undefined || to === undefined || from < 1 ? null : { from, to };
}

export function formatLineRange({ from, to }: LineRange): string {
  return from === to ? String(from) : `${from}-${to}`;
}

/** The range after a click on a line: that line; with Shift, all from the range's beginning to it. */
export function clickedRange(line: number, before: LineRange | null, extend: boolean): LineRange {
  if (!extend || before === null) return { from: line, to: line };
  return { from: Math.min(before.from, line), to: Math.max(before.from, line) };
}
