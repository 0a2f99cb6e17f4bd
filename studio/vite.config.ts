import optimizeLocales from "@react-aria/optimize-locales-plugin";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { messageCatalogue } from "./build-plugins/message-catalogue";

const server = process.env.RUNYARD_URL ?? "http://127.0.0.1:8700";

export default defineConfig({
  plugins: [optimizeLocales.vite({ locales: ["en-US", "tr-TR", "ru-RU", "ko-KR"] }), messageCatalogue(), react()],
  build: {
    outDir: "../src/runyard/server/static",
    emptyOutDir: true,
    target: ["chrome120", "firefox121", "safari17.2"],
    manifest: true,
    // Data URIs would need a wider Content-Security-Policy and save nothing: everything is one server away.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  worker: { format: "es" },
  server: {
    proxy: { "/api": server, "/login": server, "/health": server },
  },
  test: { environment: "node", include: ["src/**/*.test.ts", "src/**/*.test.tsx"] },
});
