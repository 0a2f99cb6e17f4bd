import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { compileMessage } from "@lingui/message-utils/compileMessage";
import type { Plugin } from "vite";

const TEXT = join(import.meta.dirname, "../src/text");
const SOURCE_LOCALE = "en";
const MODULE = "virtual:messages/";
/** Rollup's sign of a module that is no file. */
const RESOLVED = `\0${MODULE}`;

/**
 * Gives `virtual:messages/<locale>`: all messages of `src/text/<locale>/*.json` in one module, those not translated yet in English.
 *
 * `keep` leaves messages out, for a build that shows few of them. The ICU messages are compiled at build time, so that the parser is not shipped to browsers.
 */
export function messageCatalogue(keep: (id: string) => boolean = () => true): Plugin {
  return {
    name: "message-catalogue",
    resolveId: (id) => (id.startsWith(MODULE) ? `\0${id}` : null),
    load(id) {
      if (!id.startsWith(RESOLVED)) return null;
      const files = [SOURCE_LOCALE, id.slice(RESOLVED.length)].flatMap(catalogueFiles);
      for (const file of files) this.addWatchFile(file);
      const compiled = Object.fromEntries(Object.entries(readMessages(files)).filter(([key]) => keep(key)).map(([key, text]) => [key, compileMessage(text)]));
      return { code: `export default JSON.parse(${JSON.stringify(JSON.stringify(compiled))});`, moduleType: "js" };
    },
  };
}

/** The files of a locale, one a feature. */
export function catalogueFiles(locale: string): string[] {
  const folder = join(TEXT, locale);
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => join(folder, name));
}

/** The messages of `files` as they were written; a later file replaces what an earlier one says. */
export function readMessages(files: readonly string[]): Record<string, string> {
  return Object.assign({}, ...files.map((file): unknown => JSON.parse(readFileSync(file, "utf8"))));
}
