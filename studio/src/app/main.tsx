import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { I18nProvider } from "react-aria-components/I18nProvider";
import { createRoot } from "react-dom/client";
import { ApiError, tellUnauthenticated } from "../client/api";
import { forgetEarlyAnswers } from "../client/early-answers";
import { recheckSession } from "../client/session";
import "../components/tokens.css";
import "../components/base.css";
import { drawInWorker } from "../components/charts/worker-start";
import { wantedLocales } from "../text/locale";
import { activateLocale } from "../text/text";
import { readFirstPage } from "./first-page";
import { router } from "./router";

/** Changes are told by the feed; the age of an answer alone says nothing. */
const STALE_AFTER_MS = 60_000;
const RETRIES = 2;

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: STALE_AFTER_MS,
      refetchOnWindowFocus: false,
      retry: (failures, error) => failures < RETRIES && (!(error instanceof ApiError) || error.status === 0 || error.status >= 500),
    },
  },
});

tellUnauthenticated(() => {
  forgetEarlyAnswers();
  recheckSession(client);
});

drawInWorker(() => new Worker(new URL("../components/charts/plot-worker.ts", import.meta.url), { type: "module", name: "runyard-charts" }));

async function start(): Promise<void> {
  // All at once, and drawn once: until it is there the page shows what index.html holds.
  const [locale] = await Promise.all([activateLocale(wantedLocales()), readFirstPage(client), router.load()]);
  document.documentElement.lang = locale;
  const root = document.getElementById("root");
  if (!root) throw new Error("The page has no element #root.");
  createRoot(root).render(
    <StrictMode>
      <I18nProvider locale={locale}>
        <QueryClientProvider client={client}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </I18nProvider>
    </StrictMode>,
  );
}

void start();
