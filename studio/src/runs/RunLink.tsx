import { Link } from "@tanstack/react-router";
import type { Run } from "../client/run";
import { CutText } from "../components/CutText";
import { runColour } from "../components/run-colour";
import tableStyles from "../components/table.module.css";
import { nameBelow } from "./name-below";
import styles from "./RunLink.module.css";

/** The name of a run in a table, with its colour; leads to its page. Below the run called `above` it goes without that one's name. */
export function RunLink({ run, above }: { run: Pick<Run, "id" | "display_name">; above?: string | undefined }) {
  return (
    <span className={styles.name}>
      <span className={styles.dot} style={{ background: runColour(run.id) }} />
      <Link to="/runs/$runId/overview" params={{ runId: run.id }} className={tableStyles.name} title={run.display_name} aria-label={run.display_name}>
        <CutText text={nameBelow(run.display_name, above ?? null)} />
      </Link>
    </span>
  );
}

/** The experiment of a run; leads to it. */
export function ExperimentLink({ run }: { run: Pick<Run, "experiment"> }) {
  return (
    <Link to="/experiments/$name" params={{ name: run.experiment }} title={run.experiment}>
      {run.experiment}
    </Link>
  );
}
