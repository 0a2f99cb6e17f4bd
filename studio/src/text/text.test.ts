import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type CompiledMessage, compileMessage } from "@lingui/message-utils/compileMessage";
import { afterEach, expect, test } from "vitest";
import { catalogueFiles, readMessages } from "../../build-plugins/message-catalogue";
import { activateLocale, LOCALES, localeOf, t } from "./text";

afterEach(() => activateLocale("en"));

const source = join(import.meta.dirname, "..");
const code = readdirSync(source, { recursive: true, encoding: "utf8" })
  .filter((path) => /\.tsx?$/.test(path) && !path.includes(".test."))
  .map((path) => readFileSync(join(source, path), "utf8"))
  .join("\n");
/** Ids that are put together: their beginnings. */
const families = [...code.matchAll(/t\(`([a-zA-Z.]+)\$\{/g)].map((match) => match[1] ?? "");
const english = readMessages(catalogueFiles("en"));
const translations = LOCALES.filter((locale) => locale !== "en").map((locale) => [locale, readMessages(catalogueFiles(locale))] as const);

test("the first language that there is is taken, and English where there is none", async () => {
  expect(localeOf(["xx-XX", "tr-TR", "en-GB"])).toBe("tr");
  expect(localeOf(["xx-XX"])).toBe("en");
  await activateLocale("en");
  expect(t("nav.home")).toBe("Home");
});

test("plurals follow the count", async () => {
  await activateLocale("en");
  expect(t("runs.total", { count: 1 })).toBe("1 run");
  expect(t("runs.total", { count: 1200 })).toBe("1,200 runs");
});

test("one is spoken of as one, also beside another count", async () => {
  await activateLocale("en");
  expect(t("log.size", { lines: 1, size: "28B" })).toBe("1 line, 28B");
  expect(t("log.size", { lines: 1_000_000, size: "49MB" })).toBe("1,000,000 lines, 49MB");
  expect(t("compare.linesOf", { count: 1, runs: 1 })).toBe("1 of 1 run");
  expect(t("compare.groups", { count: 2, runs: 5 })).toBe("2 groups of 5 runs");
});

test("a choice follows its value", async () => {
  await activateLocale("en");
  expect(t("chart.summary", { name: "loss", count: 2, last: "1", min: "0", max: "1", trend: "rising" })).toContain("rising");
});

test("no id is in two files, where one would hide the other", () => {
  for (const locale of LOCALES) {
    const ids = catalogueFiles(locale).flatMap((file) => Object.keys(readMessages([file])));
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  }
});

test.each(Object.keys(english))("the message %s is used", (id) => {
  expect(code.includes(`"${id}"`) || families.some((family) => id.startsWith(family))).toBe(true);
});

test.each(translations)("%s has no message that English does not have", (_, messages) => {
  expect(Object.keys(messages).filter((id) => !(id in english))).toEqual([]);
});

test.each(translations)("%s has every message", (_, messages) => {
  expect(Object.keys(english).filter((id) => !(id in messages))).toEqual([]);
});

test.each(translations)("%s fills in the same values as English, in every message", (_, messages) => {
  const different = Object.keys(messages).filter((id) => placeholders(messages[id]) !== placeholders(english[id]));
  expect(different).toEqual([]);
});

test.each(translations)("%s has the plural forms that its language counts with", (locale, messages) => {
  const wanted = new Intl.PluralRules(locale).resolvedOptions().pluralCategories;
  for (const [id, text] of Object.entries(messages)) {
    for (const forms of pluralForms(compileMessage(text))) expect([id, ...wanted.filter((form) => !(form in forms))]).toEqual([id]);
  }
});

/** The names of the values of a message, `#` apart. */
function placeholders(text: string | undefined): string {
  const names = new Set<string>();
  visit(compileMessage(text ?? ""), (token) => names.add(String(token[0])));
  return [...names].sort().join(" ");
}

function pluralForms(message: CompiledMessage): object[] {
  const found: object[] = [];
  visit(message, (token) => {
    if (token[1] === "plural" && typeof token[2] === "object" && token[2] !== null) found.push(token[2]);
  });
  return found;
}

/** Calls `see` with every value in a compiled message, also inside of choices. */
function visit(message: unknown, see: (token: readonly unknown[]) => void): void {
  if (!Array.isArray(message)) return;
  for (const token of message) {
    if (!Array.isArray(token)) continue;
    see(token);
    const choices: unknown = token[2];
    if (typeof choices === "object" && choices !== null) for (const choice of Object.values(choices)) visit(choice, see);
  }
}
