import { expect, test } from "vitest";
import { parseAnsi } from "./ansi";

test("a plain line is one piece", () => {
  expect(parseAnsi("hello").spans.map((span) => span.text)).toEqual(["hello"]);
  expect(parseAnsi("").spans).toEqual([]);
});

test("colours come from the theme and end with a reset", () => {
  const { spans, end } = parseAnsi("\u001b[32mINFO\u001b[0m epoch");
  expect(spans.map((span) => [span.text, span.colour])).toEqual([
    ["INFO", "var(--ansi-2)"],
    [" epoch", null],
  ]);
  expect(end.colour).toBeNull();
});

test("a style that is not ended goes on in the next line", () => {
  const { end } = parseAnsi("\u001b[1;31mfailed");
  expect(parseAnsi("still", end).spans[0]).toMatchObject({ text: "still", bold: true, colour: "var(--ansi-1)" });
});

test("256 colours and true colours are read", () => {
  expect(parseAnsi("\u001b[38;5;196mx").spans[0]?.colour).toBe("rgb(255 0 0)");
  expect(parseAnsi("\u001b[38;5;244mx").spans[0]?.colour).toBe("rgb(128 128 128)");
  expect(parseAnsi("\u001b[38;2;1;2;3;4mx").spans[0]).toMatchObject({ colour: "rgb(1 2 3)", underline: true });
});

test("what moves the cursor or sets a title leaves no trace", () => {
  const { spans } = parseAnsi("\u001b]0;title\u0007a\u001b[2Kb\u001b[1Ac\u001b(B\u001b[?25l");
  expect(spans.map((span) => span.text).join("")).toBe("abc");
  expect(parseAnsi("\u001b[Kdone").spans.map((span) => span.text)).toEqual(["done"]);
});

test("markup in a log stays text", () => {
  expect(parseAnsi("<script>alert(1)</script>").spans[0]?.text).toBe("<script>alert(1)</script>");
});
