import type { DiffGap, DiffLine } from "./line-diff";

/** A file of a patch: its path and its lines. `note` stands for what has no lines to show, such as a binary file. */
export interface PatchFile {
  path: string;
  note: string | null;
  added: number;
  removed: number;
  lines: (DiffLine | DiffGap)[];
}

const HUNK = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/;

/** Reads the patch that `git diff` prints. What stands before the first file is passed over. */
export function parsePatch(text: string): PatchFile[] {
  const files: PatchFile[] = [];
  let file: PatchFile | undefined;
  let left = 0;
  let right = 0;
  let inHunk = false;
  for (const line of text.replace(/\n$/, "").split("\n")) {
    const head = /^diff --git (?:"?a\/.*?"?) "?b\/(.*?)"?$/.exec(line);
    if (head) {
      file = { path: head[1] ?? "", note: null, added: 0, removed: 0, lines: [] };
      files.push(file);
      inHunk = false;
      continue;
    }
    if (!file) continue;
    const hunk = HUNK.exec(line);
    if (hunk) {
      const from = Number(hunk[1]);
      if (from > left + 1) file.lines.push({ kind: "gap", lines: from - left - 1 });
      left = from - 1;
      right = Number(hunk[2]) - 1;
      inHunk = true;
    } else if (!inHunk) {
      readHead(file, line);
      left = 0;
    } else if (line.startsWith("+")) {
      right += 1;
      file.added += 1;
      file.lines.push({ kind: "added", left: null, right, text: line.slice(1) });
    } else if (line.startsWith("-")) {
      left += 1;
      file.removed += 1;
      file.lines.push({ kind: "removed", left, right: null, text: line.slice(1) });
    } else if (line.startsWith(" ") || line === "") {
      left += 1;
      right += 1;
      file.lines.push({ kind: "same", left, right, text: line.slice(1) });
    }
  }
  return files;
}

function readHead(file: PatchFile, line: string): void {
  if (/^(Binary files|GIT binary patch|rename |new file|deleted file|old mode|new mode)/.test(line)) {
    file.note = file.note === null ? line : `${file.note}, ${line}`;
  }
}
