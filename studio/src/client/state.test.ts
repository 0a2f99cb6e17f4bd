import { expect, test } from "vitest";
import { isOwnPath, sharedPath } from "./state";

test("an address that is short enough is given as it is", async () => {
  expect(await sharedPath("w", "/runs?q=a")).toBe("/runs?q=a");
});

test.each(["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "runs", "/a\nb"])("%s does not lead out of the Studio", (path) => {
  expect(isOwnPath(path)).toBe(false);
});

test("a path of the Studio is one", () => {
  expect(isOwnPath("/runs?q=a%2F%2Fb")).toBe(true);
});
