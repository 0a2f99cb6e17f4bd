import { LOCALES, type Locale } from "./text";

export { LOCALES, type Locale } from "./text";

/** Each language in itself: who looks for it reads that. */
export const LOCALE_NAMES: Readonly<Record<Locale, string>> = { en: "English", tr: "Türkçe", ru: "Русский", ko: "한국어" };

const STORAGE_KEY = "runyard.language";

/** The language that the reader chose in this browser; null: that of the browser. */
export function chosenLocale(): Locale | null {
  try {
    const stored = localStorage.getItem(STORAGE_KEY);
    return LOCALES.find((locale) => locale === stored) ?? null;
  } catch {
    return null; // Storage is blocked: the browser's language holds.
  }
}

export function chooseLocale(locale: Locale | null): void {
  try {
    if (locale === null) localStorage.removeItem(STORAGE_KEY);
    else localStorage.setItem(STORAGE_KEY, locale);
  } catch {
    // Storage is blocked: nothing can be kept, and the page stays as it is.
  }
}

/** The languages to try, best first. */
export function wantedLocales(): readonly string[] {
  const chosen = chosenLocale();
  return chosen === null ? navigator.languages : [chosen];
}
