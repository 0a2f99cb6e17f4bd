import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { runQuery } from "../../client/run";
import { useWorkspace } from "../../client/workspace";

/** The run that the address names. */
export function useRunId(): string {
  return useParams({ strict: false }).runId ?? "";
}

/** The run of the page; `undefined` until it is read. The page itself shows loading and errors. */
export function useRun() {
  return useQuery(runQuery(useWorkspace(), useRunId()));
}
