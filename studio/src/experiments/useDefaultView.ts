import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { experimentQuery } from "../client/experiment";
import { viewQuery } from "../client/view";
import { useWorkspace } from "../client/workspace";
import { useOpenView } from "../runs/views/view-place";

/** Leads to the experiment's default view, of its runs or of its charts, when it has one and nothing else was asked for. */
export function useDefaultView(name: string, isPlain: boolean): void {
  const workspace = useWorkspace();
  const open = useOpenView();
  const latest = useRef(open);
  latest.current = open;
  const experiment = useQuery(experimentQuery(workspace, name));
  const viewId = experiment.data?.default_view_id ?? null;
  // A view that was deleted, or is not shared with the reader, changes nothing: the plain list stays.
  const view = useQuery({ ...viewQuery(workspace, viewId ?? ""), enabled: isPlain && viewId !== null, retry: false });
  useEffect(() => {
    if (isPlain && view.data) latest.current(view.data, true);
  }, [isPlain, view.data]);
}
