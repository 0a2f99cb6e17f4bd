import { expect, test } from "vitest";
import { type DiffLine, diffLines, withGaps } from "./line-diff";

const SIGNS = { same: " ", added: "+", removed: "-" };

function text(lines: readonly DiffLine[]): string[] {
  return lines.map((line) => SIGNS[line.kind] + line.text);
}

function rebuilt(lines: readonly DiffLine[], without: DiffLine["kind"]): string[] {
  return lines.filter((line) => line.kind !== without).map((line) => line.text);
}

test("a changed line is removed and added, the rest stays", () => {
  expect(text(diffLines(["a", "b", "c"], ["a", "B", "c"]))).toEqual([" a", "-b", "+B", " c"]);
});

test("lines are numbered in their own text", () => {
  expect(diffLines(["a", "c"], ["a", "b", "c"])).toEqual([
    { kind: "same", left: 1, right: 1, text: "a" },
    { kind: "added", left: null, right: 2, text: "b" },
    { kind: "same", left: 2, right: 3, text: "c" },
  ]);
});

test("nothing against something is all added or all removed", () => {
  expect(text(diffLines([], ["x", "y"]))).toEqual(["+x", "+y"]);
  expect(text(diffLines(["x"], []))).toEqual(["-x"]);
  expect(diffLines([], [])).toEqual([]);
});

test("the fewest lines change", () => {
  const changed = diffLines([..."abcabba"], [..."cbabac"]).filter((line) => line.kind !== "same");
  expect(changed).toHaveLength(5);
});

test("both texts can be read out of any diff", () => {
  let seed = 7;
  const random = (below: number) => (seed = (seed * 1103515245 + 12345) % 2147483648) % below;
  for (let round = 0; round < 300; round += 1) {
    const left = Array.from({ length: random(12) }, () => "abc"[random(3)] ?? "");
    const right = Array.from({ length: random(12) }, () => "abc"[random(3)] ?? "");
    const lines = diffLines(left, right);
    expect(rebuilt(lines, "added")).toEqual(left);
    expect(rebuilt(lines, "removed")).toEqual(right);
  }
});

test("two long texts without a common line are told as replaced", () => {
  const left = Array.from({ length: 3000 }, (_, index) => `left ${index}`);
  const right = Array.from({ length: 3000 }, (_, index) => `right ${index}`);
  expect(diffLines(left, right)).toHaveLength(6000);
});

test("what is far from a change is left out, and counted", () => {
  const left = Array.from({ length: 20 }, (_, index) => `line ${index}`);
  const right = left.map((line, index) => (index === 10 ? "changed" : line));
  const shown = withGaps(diffLines(left, right), 2);
  expect(shown[0]).toEqual({ kind: "gap", lines: 8 });
  expect(shown).toHaveLength(1 + 2 + 2 + 2 + 1);
  expect(shown.at(-1)).toEqual({ kind: "gap", lines: 7 });
});
