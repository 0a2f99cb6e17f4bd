import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ApiError, tellUnauthenticated } from "../client/api";
import { forgetEarlyAnswers } from "../client/early-answers";
import { recheckSession } from "../client/session";
import "../components/tokens.css";
import "../components/base.css";
import { drawInWorker } from "../components/charts/worker-start";
import { wantedLocales } from "../text/locale";
import { activateLocale, localeOf } from "../text/text";
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
  const locale = localeOf(wantedLocales());
  // React Aria looks here for the language of its own texts. A provider would have to be in every first page, most of which use none of it.
  Object.assign(window, { [Symbol.for("react-aria.i18n.locale")]: locale });
  document.documentElement.lang = locale;
  // All at once, and drawn once: until it is there the page shows what index.html holds.
  await Promise.all([activateLocale(locale), readFirstPage(client), router.load()]);
  const root = document.getElementById("root");
  if (!root) throw new Error("The page has no element #root.");
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  );
}

void start();
