import { expect, test } from "vitest";
import { numberOf } from "./metric";

test("the texts for non-finite numbers are numbers again", () => {
  expect(numberOf("NaN")).toBeNaN();
  expect(numberOf("Infinity")).toBe(Number.POSITIVE_INFINITY);
  expect(numberOf("-Infinity")).toBe(Number.NEGATIVE_INFINITY);
});

test("other texts, booleans and nothing are no numbers", () => {
  for (const value of ["1", "", true, null, undefined, {}]) expect(numberOf(value)).toBeNull();
  expect(numberOf(0)).toBe(0);
});
