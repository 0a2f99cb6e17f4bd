import { expect, test } from "vitest";
import { askedStatuses, withStatuses } from "./status-condition";

test("the statuses in a query are read and written in their place", () => {
  expect(askedStatuses("tag:a status:failed,Running name:x")).toEqual(["Failed", "Running"]);
  expect(withStatuses("tag:a status:failed name:x", ["Queued", "Failed"])).toBe("tag:a status:queued,failed name:x");
  expect(withStatuses("tag:a status = Failed", [])).toBe("tag:a");
  expect(withStatuses("a or b", ["Failed"])).toBe("(a or b) status:failed");
});

test("another condition on the status is left alone", () => {
  expect(askedStatuses("status != Failed")).toEqual([]);
  expect(withStatuses("status != Failed", ["Queued"])).toBe("status != Failed status:queued");
});
