import { createContext, useContext } from "react";

/** The name of the workspace that the page shows. */
export const WorkspaceContext = createContext("default");

export function useWorkspace(): string {
  return useContext(WorkspaceContext);
}
