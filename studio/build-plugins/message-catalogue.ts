import { readFile } from "node:fs/promises";
import { compileMessage } from "@lingui/message-utils/compileMessage";
import type { Plugin } from "vite";

const CATALOGUE = /\/src\/text\/[a-z]{2}\.json$/;

/** Compiles the ICU messages of `src/text/<locale>.json` at build time, so that the parser is not shipped to browsers. */
export function messageCatalogue(): Plugin {
  return {
    name: "message-catalogue",
    enforce: "pre",
    async load(id) {
      if (!CATALOGUE.test(id)) return null;
      const messages: Record<string, string> = JSON.parse(await readFile(id, "utf8"));
      const compiled = Object.fromEntries(Object.entries(messages).map(([key, text]) => [key, compileMessage(text)]));
      // JSON in, JSON out: Vite's own JSON plugin turns it into a module.
      return JSON.stringify(compiled);
    },
  };
}
