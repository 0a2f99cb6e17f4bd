import { chooseLocale, chosenLocale, LOCALE_NAMES, LOCALES } from "../text/locale";
import { t } from "../text/text";
import { Select } from "./fields";

/** The language of the Studio. Changing it loads the page anew, so that every text is in one language. */
export function LocalePicker() {
  const choices = [["", t("language.system")] as const, ...LOCALES.map((locale) => [locale, LOCALE_NAMES[locale]] as const)];
  return (
    <Select
      label={t("language.title")}
      choices={choices}
      value={chosenLocale() ?? ""}
      onChange={(locale) => {
        chooseLocale(locale === "" ? null : locale);
        window.location.reload();
      }}
    />
  );
}
