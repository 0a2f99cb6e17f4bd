import optimizeLocales from "@react-aria/optimize-locales-plugin";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { messageCatalogue } from "./build-plugins/message-catalogue.ts";

const server = process.env.RUNYARD_URL ?? "http://127.0.0.1:8700";

export default defineConfig({
  plugins: [optimizeLocales.vite({ locales: ["en-US", "tr-TR", "ru-RU", "ko-KR"] }), messageCatalogue(), react()],
  build: {
    outDir: "../src/runyard/server/static",
    emptyOutDir: true,
    target: ["chrome120", "firefox121", "safari17.2"],
    manifest: true,
    // All styles together are a few kB: in one file they pack to little more than half of what they take in many.
    cssCodeSplit: false,
    // Data URIs would need a wider Content-Security-Policy and save nothing: everything is one server away.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // What every page needs comes in one file, and a page's own parts in another: a chunk for each small module would cost more requests
        // than it saves bytes.
        codeSplitting: {
          groups: [
            // Higher priorities first: a group takes along what its modules import, unless that has its place already.
            { name: "vendor", priority: 50, test: /\/node_modules\/(react|react-dom|scheduler|@tanstack|@lingui|openapi-fetch|use-sync-external-store)\// },
            { name: "shell", priority: 40, test: /\/src\/(client|text\/text|runs\/(arguments|query-text|views\/(saved-view|viewable)|list\/(run-view|column))|components\/(?!AnchoredDialog|ConfirmDialog|FormDialog|PopoverPanel|Listing|Markdown|markdown-html|dialog|useSeen)[A-Za-z-]+\.)/ },
            { name: "run-list", priority: 20, test: /\/src\/runs\/list\/(?!RunsPage|tools\/)/ },
            { name: "run-page", priority: 10, test: /\/src\/runs\/page\/(useRun|RunPage\.module|ErrorPanel|CancelButton)/ },
          ],
        },
      },
    },
  },
  worker: { format: "es" },
  server: {
    proxy: { "/api": server, "/login": server, "/health": server },
  },
  // A test takes milliseconds; the time is for a busy machine to load what it imports.
  test: { environment: "node", testTimeout: 60_000, hookTimeout: 60_000, include: ["src/**/*.test.ts", "src/**/*.test.tsx"] },
});
