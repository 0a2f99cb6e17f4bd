import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vite";
import { messageCatalogue } from "./build-plugins/message-catalogue.ts";

/** The messages that the widget and the components that it shares with the Studio show. */
const SHOWN = /^(widget|status|chart|duration|time|log)\./;

/** The notebook widget: one module and one style sheet, which anywidget loads into somebody else's page. */
export default defineConfig({
  plugins: [messageCatalogue((id) => SHOWN.test(id)), scopedTokens(), react()],
  publicDir: false,
  define: { "process.env.NODE_ENV": '"production"' },
  build: {
    outDir: "../src/runyard/widgets/static",
    emptyOutDir: true,
    target: ["chrome120", "firefox121", "safari17.2"],
    cssCodeSplit: false,
    lib: { entry: "src/widget/main.tsx", formats: ["es"], fileName: "run-widget", cssFileName: "run-widget" },
    rolldownOptions: { output: { codeSplitting: false, entryFileNames: "run-widget.js" } },
  },
});

/** The page around the widget keeps its own colours: the tokens are set on the widget only. */
function scopedTokens(): Plugin {
  return {
    name: "scoped-tokens",
    enforce: "pre",
    transform: (code, id) => (id.endsWith("/components/tokens.css") ? code.replaceAll(":root", ".runyard-widget") : null),
  };
}
