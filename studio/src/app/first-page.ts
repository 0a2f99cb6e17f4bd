import type { QueryClient } from "@tanstack/react-query";
import { cursorQuery } from "../client/change";
import { parseSearch, textParameters } from "../client/search-text";
import { sessionQuery } from "../client/session";
import { expectFirstContent } from "../components/first-content";
import { RUN_VIEW_KEYS } from "../runs/list/run-view";

/** What was read for the first drawing is kept until then. */
const KEPT_MS = 60_000;

/** Reads what the first page needs while its scripts are still put together. What fails is asked again by who shows it. */
export async function readFirstPage(client: QueryClient): Promise<void> {
  const search = parseSearch(location.search);
  const isRunList = /^\/runs\/?$/.test(location.pathname);
  if (isRunList) expectFirstContent();
  const session = await client.fetchQuery(sessionQuery()).catch(() => null);
  const workspace = search.workspace || session?.default_workspace;
  if (session === null || !workspace) return;
  const cursor = await client.fetchQuery({ ...cursorQuery(workspace), gcTime: KEPT_MS }).catch(() => null);
  // After the cursor, so that no change falls between what is read and what is told.
  if (cursor === null || !isRunList) return;
  const { readFirstRows } = await import("../runs/list/first-rows");
  readFirstRows(workspace, textParameters(search, RUN_VIEW_KEYS));
}
