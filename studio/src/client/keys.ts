/**
 * The keys under which answers are cached. Live updates mark them as stale by prefix, so everything about one run begins alike.
 */
export const keys = {
  session: ["session"] as const,
  workspace: (workspace: string) => ["w", workspace] as const,
  experiments: (workspace: string) => ["w", workspace, "experiments"] as const,
  runs: (workspace: string) => ["w", workspace, "runs"] as const,
  buckets: (workspace: string) => ["w", workspace, "buckets"] as const,
  views: (workspace: string) => ["w", workspace, "views"] as const,
  computeTargets: (workspace: string) => ["w", workspace, "compute-targets"] as const,
  environments: (workspace: string) => ["w", workspace, "environments"] as const,
  run: (workspace: string, runId: string) => ["w", workspace, "run", runId, "record"] as const,
  runEvents: (workspace: string, runId: string) => ["w", workspace, "run", runId, "events"] as const,
  runMetrics: (workspace: string, runId: string) => ["w", workspace, "run", runId, "metrics"] as const,
  firstMetrics: (workspace: string, runId: string) => ["w", workspace, "first-metrics", runId] as const,
  runArtifacts: (workspace: string, runId: string) => ["w", workspace, "run", runId, "artifacts"] as const,
  runSnapshot: (workspace: string, runId: string) => ["w", workspace, "run", runId, "snapshot"] as const,
};
