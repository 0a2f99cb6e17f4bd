import { expect, test } from "vitest";
import { isBeingMended, isWhole } from "./QueryBar";

test("a text that is pasted or cleared is whole, and one that is typed key by key may go on", () => {
  expect(isWhole("", "metric.loss.last<0.25")).toBe(true);
  expect(isWhole("status:failed", "")).toBe(true);
  expect(isWhole("loss", "lose")).toBe(false);
  expect(isWhole("status:f", "status:fa")).toBe(false);
  expect(isWhole("status:fa", "status:f")).toBe(false);
});

test("no fault is told of at a place for which something is offered, and any other is", () => {
  const place = { start: 7, end: 7, prefix: "" } as unknown as Parameters<typeof isBeingMended>[1]["place"];
  const suggestions = [{ label: "Failed", insert: "Failed " }];
  const faultAt = (position: number | null) => ({ why: "a value was expected here", position });
  expect(isBeingMended(faultAt(7), { place, suggestions })).toBe(true);
  expect(isBeingMended(faultAt(2), { place, suggestions })).toBe(false);
  expect(isBeingMended(faultAt(7), { place, suggestions: [] })).toBe(false);
  expect(isBeingMended(faultAt(7), { place: null, suggestions })).toBe(false);
  expect(isBeingMended(faultAt(null), { place, suggestions })).toBe(false);
  expect(isBeingMended(null, { place, suggestions })).toBe(false);
});
