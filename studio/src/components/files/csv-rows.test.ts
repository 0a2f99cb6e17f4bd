import { expect, test } from "vitest";
import { parseCsv, separatorOf } from "./csv-rows";

test("quotes, line ends and empty fields are read as RFC 4180 says", () => {
  expect(parseCsv('a,b\r\n"x, ""y""\nz",\n1,2', ",", 10)).toEqual({
    head: ["a", "b"],
    rows: [
      ['x, "y"\nz', ""],
      ["1", "2"],
    ],
    complete: true,
  });
});

test("empty lines are no rows", () => {
  expect(parseCsv("a\n\n1\n\n", ",", 10).rows).toEqual([["1"]]);
  expect(parseCsv("", ",", 10)).toEqual({ head: [], rows: [], complete: true });
});

test("rows beyond the limit are left out, and that is told", () => {
  const text = `n\n${Array.from({ length: 50 }, (_, index) => index).join("\n")}\n`;
  expect(parseCsv(text, ",", 50)).toMatchObject({ complete: true });
  const part = parseCsv(text, ",", 10);
  expect(part.rows).toHaveLength(10);
  expect(part.complete).toBe(false);
});

test("any text ends, also one with quotes in the wrong places", () => {
  expect(parseCsv('a,"open\nstill', ",", 10).head).toEqual(["a", "open\nstill"]);
  expect(parseCsv('"a"b,c\nd', ",", 10).rows.length).toBeGreaterThan(0);
});

test("the separator is the one that the head uses", () => {
  expect(separatorOf("a\tb\tc, d\n1,2,3,4,5")).toBe("\t");
  expect(separatorOf("a;b\n")).toBe(";");
  expect(separatorOf("one")).toBe(",");
});
