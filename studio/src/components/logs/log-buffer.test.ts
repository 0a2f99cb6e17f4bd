import { expect, test } from "vitest";
import { LogBuffer } from "./log-buffer";

const encoder = new TextEncoder();

function linesOf(buffer: LogBuffer): string[] {
  return Array.from({ length: buffer.lineCount }, (_, index) => buffer.lineAt(index));
}

/** Appends a text in pieces of `size` bytes. */
function appended(text: string, size: number): LogBuffer {
  const bytes = encoder.encode(text);
  const buffer = new LogBuffer();
  for (let at = 0; at < bytes.length; at += size) buffer.append(at, bytes.subarray(at, at + size));
  return buffer;
}

const TEXT = "first\nünïcödé ✓\n\nlast without end";

test.each([1, 2, 3, 7, 1000])("pieces of %d bytes give the same lines", (size) => {
  expect(linesOf(appended(TEXT, size))).toEqual(TEXT.split("\n"));
});

test("bytes that are known already are skipped", () => {
  const buffer = appended("a\nb\n", 100);
  buffer.append(2, encoder.encode("b\nc\n"));
  expect(linesOf(buffer)).toEqual(["a", "b", "c"]);
});

test("a gap is refused", () => {
  const buffer = appended("a\n", 100);
  expect(() => buffer.append(5, encoder.encode("x"))).toThrow(RangeError);
});

test("a progress bar shows its last state", () => {
  expect(linesOf(appended("10%\r50%\r100%\r\nnext\r\n", 4))).toEqual(["100%", "next"]);
});

test.each([1, 2, 5, 1000])("earlier parts of %d bytes are put in front", (size) => {
  const text = Array.from({ length: 40 }, (_, index) => `zeile ${index} ß`).join("\n");
  const bytes = encoder.encode(text);
  const buffer = new LogBuffer();
  const start = bytes.length - 30;
  buffer.append(start, bytes.subarray(start));
  expect(buffer.firstNumber).toBeNull();
  let end = start;
  while (end > 0) {
    const from = Math.max(0, end - size);
    const before = linesOf(buffer).length;
    const added = buffer.prepend(bytes.subarray(from, end));
    expect(linesOf(buffer).length).toBeGreaterThanOrEqual(before + Math.min(added, 0));
    end = from;
  }
  expect(linesOf(buffer)).toEqual(text.split("\n"));
  expect(buffer.firstNumber).toBe(1);
});

test("a file whose loaded end is one line is whole when its beginning comes", () => {
  const bytes = encoder.encode("a\nvery long line");
  const buffer = new LogBuffer();
  buffer.append(8, bytes.subarray(8));
  buffer.prepend(bytes.subarray(0, 8));
  expect(linesOf(buffer)).toEqual(["a", "very long line"]);
});

test("letting go of old lines keeps the numbers right", () => {
  const buffer = appended("1\n2\n3\n4\n", 100);
  expect(buffer.trim(2)).toBe(2);
  expect(linesOf(buffer)).toEqual(["3", "4"]);
  expect(buffer.firstNumber).toBe(3);
  expect(buffer.hasEarlier).toBe(false);
});
