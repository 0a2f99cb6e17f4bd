/** A line of two texts side by side. Numbers count from 1; null where the text lacks the line. */
export interface DiffLine {
  kind: "same" | "added" | "removed";
  left: number | null;
  right: number | null;
  text: string;
}

/** Lines that are left out because nothing near them differs. */
export interface DiffGap {
  kind: "gap";
  lines: number;
}

/** Beyond so many edits the search for the shortest way stops: the rest is shown as removed and added. */
const EDITS_MAX = 1000;

/** Returns what turns `left` into `right`, in the fewest lines (Myers, "An O(ND) Difference Algorithm", 1986). */
export function diffLines(left: readonly string[], right: readonly string[]): DiffLine[] {
  let start = 0;
  while (start < left.length && start < right.length && left[start] === right[start]) start += 1;
  let tail = 0;
  while (tail < left.length - start && tail < right.length - start && left[left.length - 1 - tail] === right[right.length - 1 - tail]) tail += 1;
  const same = (from: number, to: number, shift: number): DiffLine[] =>
    Array.from({ length: to - from }, (_, index) => ({ kind: "same", left: from + index + 1, right: from + index + 1 + shift, text: left[from + index] ?? "" }));
  return [
    ...same(0, start, 0),
    ...middle(left.slice(start, left.length - tail), right.slice(start, right.length - tail)).map((line) => ({
      ...line,
      left: line.left === null ? null : line.left + start,
      right: line.right === null ? null : line.right + start,
    })),
    ...same(left.length - tail, left.length, right.length - left.length),
  ];
}

/** Leaves out what is farther than `context` lines from any change. */
export function withGaps(lines: readonly DiffLine[], context: number): (DiffLine | DiffGap)[] {
  const near = new Uint8Array(lines.length);
  lines.forEach((line, index) => {
    if (line.kind !== "same") near.fill(1, Math.max(0, index - context), index + context + 1);
  });
  const shown: (DiffLine | DiffGap)[] = [];
  for (let index = 0; index < lines.length; ) {
    let end = index;
    while (end < lines.length && near[end] === near[index]) end += 1;
    if (near[index] === 1) shown.push(...lines.slice(index, end));
    else shown.push({ kind: "gap", lines: end - index });
    index = end;
  }
  return shown;
}

function middle(left: readonly string[], right: readonly string[]): DiffLine[] {
  const trace = shortestEdit(left, right);
  return trace === null ? replaced(left, right) : walkBack(left, right, trace);
}

/** The farthest points reached after each number of edits; null when there are too many. */
function shortestEdit(left: readonly string[], right: readonly string[]): Map<number, number>[] | null {
  const farthest = new Map<number, number>([[1, 0]]);
  const trace: Map<number, number>[] = [];
  const max = Math.min(left.length + right.length, EDITS_MAX);
  for (let edits = 0; edits <= max; edits += 1) {
    trace.push(new Map(farthest));
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      let x = comesFromAbove(farthest, diagonal, edits) ? at(farthest, diagonal + 1) : at(farthest, diagonal - 1) + 1;
      while (x < left.length && x - diagonal < right.length && left[x] === right[x - diagonal]) x += 1;
      farthest.set(diagonal, x);
      if (x >= left.length && x - diagonal >= right.length) return trace;
    }
  }
  return null;
}

function walkBack(left: readonly string[], right: readonly string[], trace: readonly Map<number, number>[]): DiffLine[] {
  const lines: DiffLine[] = [];
  let x = left.length;
  let y = right.length;
  for (let edits = trace.length - 1; edits >= 0; edits -= 1) {
    const farthest = trace[edits] ?? new Map<number, number>();
    const diagonal = x - y;
    const before = comesFromAbove(farthest, diagonal, edits) ? diagonal + 1 : diagonal - 1;
    const fromX = at(farthest, before);
    const fromY = fromX - before;
    while (x > fromX && y > fromY && x > 0 && y > 0) {
      lines.push({ kind: "same", left: x, right: y, text: left[x - 1] ?? "" });
      x -= 1;
      y -= 1;
    }
    if (edits === 0) break;
    if (x === fromX) lines.push({ kind: "added", left: null, right: y, text: right[y - 1] ?? "" });
    else lines.push({ kind: "removed", left: x, right: null, text: left[x - 1] ?? "" });
    x = fromX;
    y = fromY;
  }
  return lines.reverse();
}

function comesFromAbove(farthest: ReadonlyMap<number, number>, diagonal: number, edits: number): boolean {
  return diagonal === -edits || (diagonal !== edits && at(farthest, diagonal - 1) < at(farthest, diagonal + 1));
}

function at(farthest: ReadonlyMap<number, number>, diagonal: number): number {
  return farthest.get(diagonal) ?? 0;
}

function replaced(left: readonly string[], right: readonly string[]): DiffLine[] {
  return [
    ...left.map((text, index): DiffLine => ({ kind: "removed", left: index + 1, right: null, text })),
    ...right.map((text, index): DiffLine => ({ kind: "added", left: null, right: index + 1, text })),
  ];
}
