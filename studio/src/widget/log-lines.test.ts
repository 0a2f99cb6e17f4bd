import { expect, test } from "vitest";
import { styledLines } from "./log-lines";

test("a colour goes on over the end of its line", () => {
  const [first, second, third] = styledLines("\u001b[31mred\nstill red\u001b[0m\nplain\n");
  expect(first?.spans[0]?.colour).not.toBeNull();
  expect(second?.spans[0]?.colour).toBe(first?.spans[0]?.colour);
  expect(third?.spans.map((span) => span.text).join("")).toBe("plain");
  expect(third?.spans[0]?.colour ?? null).toBeNull();
});
