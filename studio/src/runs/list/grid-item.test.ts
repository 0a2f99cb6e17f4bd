import { expect, test } from "vitest";
import { activateLocale } from "../../text/text";
import { type GridItem, nameOf } from "./grid-item";

function group(by: readonly string[], values: readonly (string | null)[]): GridItem {
  return { kind: "group", by, group: { values: [...values], count: 2, filter: "" } };
}

test("a group of one status is called as the status is everywhere, in every language", async () => {
  await activateLocale("en");
  expect(nameOf(group(["status"], ["NotResponding"]))).toBe("Not responding");
  await activateLocale("tr");
  expect(nameOf(group(["experiment", "status"], ["digits", "Failed"]))).toBe("digits · Başarısız");
  await activateLocale("en");
});

test("the value of a tag that reads like a status stays as it was written", async () => {
  await activateLocale("en");
  expect(nameOf(group(["tag.state"], ["NotResponding"]))).toBe("NotResponding");
  expect(nameOf(group(["tag.state"], [null]))).toBe("none");
});
