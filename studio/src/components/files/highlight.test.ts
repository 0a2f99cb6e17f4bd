import { expect, test } from "vitest";
import { highlightLines, type TokenKind } from "./highlight";

function kinds(text: string, path: string): [string, TokenKind][] {
  return highlightLines(text, path).flatMap((line) => line.filter((token) => token.kind !== null).map((token): [string, TokenKind] => [token.text, token.kind]));
}

test("Python is told apart: words, strings, numbers, comments, names", () => {
  expect(kinds('@dec\ndef train(lr=1e-3):  # fast\n    return f"x {lr}" or None', "train.py")).toEqual([
    ["@dec", "name"],
    ["def", "keyword"],
    ["train", "name"],
    ["1e-3", "numeral"],
    ["# fast", "comment"],
    ["return", "keyword"],
    ['f"x {lr}"', "string"],
    ["or", "keyword"],
    ["None", "keyword"],
  ]);
});

test("a string over several lines colours each of them", () => {
  const lines = highlightLines('"""one\ntwo # no comment\n"""\nx = 1', "a.py");
  expect(lines.slice(0, 3).map((line) => line[0]?.kind)).toEqual(["string", "string", "string"]);
  expect(lines[3]?.at(-1)).toEqual({ text: "1", kind: "numeral" });
});

test("a quote that is not closed ends with its line in Python, and a text block at the end of the file", () => {
  expect(highlightLines("x = 'open\ny = 2", "a.py")[1]?.at(-1)).toEqual({ text: "2", kind: "numeral" });
  expect(highlightLines('"""open\nstill', "a.py")[1]).toEqual([{ text: "still", kind: "string" }]);
});

test.each([
  ["a.json", '{"k": "v", "n": 1, "b": true}', ['"k"', '"v"', '"n"', "1", '"b"', "true"]],
  ["a.yml", "lr: 0.1 # why\nname: 'x'", ["lr", "0.1", "# why", "name", "'x'"]],
  ["run.sh", 'echo "$HOME" # hi\nexport A=$B', ["echo", '"$HOME"', "# hi", "export", "$B"]],
  ["a.ts", "const x = `a`; // c\n/* d */", ["const", "`a`", "// c", "/* d */"]],
  ["Dockerfile", "FROM x # no\n", ["# no"]],
])("%s has its colours", (path, text, expected) => {
  expect(kinds(text, path).map(([piece]) => piece)).toEqual(expected);
});

test("no character is lost, whatever the file holds", () => {
  const odd = 'x = "a\\\n\'b\' """ #\r\n\t$ ` /* é✓\n\n';
  for (const path of ["a.py", "a.ts", "a.sh", "a.yml", "a.json", "a.unknown"]) {
    const lines = highlightLines(odd, path).map((line) => line.map((token) => token.text).join(""));
    expect(lines.join("\n")).toBe(odd.replace(/\r\n/g, "\n").replace(/\n$/, ""));
  }
});

test("a file of no known kind is plain", () => {
  expect(kinds("def x(): pass", "notes.unknown")).toEqual([]);
});
