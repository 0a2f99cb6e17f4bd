import { setupI18n } from "@lingui/core";
import type { TextId } from "./text-id";

export type { TextId } from "./text-id";
export type TextValues = Record<string, string | number>;
export type Locale = keyof typeof CATALOGUES;

/** One lazy chunk a locale. A new language is a new folder beside `en/` and one line here. */
const CATALOGUES = {
  en: () => import("virtual:messages/en"),
  tr: () => import("virtual:messages/tr"),
  ru: () => import("virtual:messages/ru"),
  ko: () => import("virtual:messages/ko"),
};

export const LOCALES: readonly Locale[] = ["en", "tr", "ru", "ko"];

const i18n = setupI18n();

/** The first of the `wanted` languages that there is; English otherwise. */
export function localeOf(wanted: readonly string[]): Locale {
  return wanted.map((tag) => tag.slice(0, 2).toLowerCase()).find(isLocale) ?? "en";
}

/** Loads the texts of a language and makes it the one in use. */
export async function activateLocale(locale: Locale): Promise<void> {
  const catalogue = await CATALOGUES[locale]();
  i18n.loadAndActivate({ locale, messages: catalogue.default });
}

/** Returns the text of `id` in the language in use, with `{name}` placeholders filled from `values`. */
export function t(id: TextId, values?: TextValues): string {
  return i18n._(id, values);
}

/** The language in use, as `Intl` wants it. */
export function activeLocale(): string {
  return i18n.locale || "en";
}

function isLocale(tag: string): tag is Locale {
  return tag in CATALOGUES;
}
