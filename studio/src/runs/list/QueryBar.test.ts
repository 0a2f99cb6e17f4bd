import { expect, test } from "vitest";
import { isWhole } from "./QueryBar";

test("a text that is pasted or cleared is whole, and one that is typed key by key may go on", () => {
  expect(isWhole("", "metric.loss.last<0.25")).toBe(true);
  expect(isWhole("status:failed", "")).toBe(true);
  expect(isWhole("loss", "lose")).toBe(false);
  expect(isWhole("status:f", "status:fa")).toBe(false);
  expect(isWhole("status:fa", "status:f")).toBe(false);
});
