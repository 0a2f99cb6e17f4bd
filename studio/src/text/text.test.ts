import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import english from "./en.json";
import { activateLocale, t } from "./text";

beforeAll(() => activateLocale(["xx-XX", "en-GB"]));

const source = join(import.meta.dirname, "..");
const code = readdirSync(source, { recursive: true, encoding: "utf8" })
  .filter((path) => /\.tsx?$/.test(path) && !path.includes(".test."))
  .map((path) => readFileSync(join(source, path), "utf8"))
  .join("\n");
/** Ids that are put together: their beginnings. */
const families = [...code.matchAll(/t\(`([a-zA-Z.]+)\$\{/g)].map((match) => match[1] ?? "");

test("an unknown language falls back to English", () => {
  expect(t("nav.home")).toBe("Home");
});

test("plurals follow the count", () => {
  expect(t("runs.total", { count: 1 })).toBe("1 run");
  expect(t("runs.total", { count: 1200 })).toBe("1,200 runs");
});

test("a choice follows its value", () => {
  expect(t("chart.summary", { name: "loss", count: 2, last: "1", min: "0", max: "1", trend: "rising" })).toContain("rising");
});

test.each(Object.keys(english))("the message %s is used", (id) => {
  expect(code.includes(`"${id}"`) || families.some((family) => id.startsWith(family))).toBe(true);
});

test("every catalogue has the ids of the English one", () => {
  for (const file of readdirSync(import.meta.dirname).filter((name) => /^[a-z]{2}\.json$/.test(name))) {
    const catalogue: Record<string, string> = JSON.parse(readFileSync(join(import.meta.dirname, file), "utf8"));
    expect(Object.keys(catalogue).sort()).toEqual(Object.keys(english).sort());
  }
});
