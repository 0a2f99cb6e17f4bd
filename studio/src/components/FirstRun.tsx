import { t } from "../text/text";
import { Snippet } from "./Snippet";
import { EmptyState } from "./states";

/** Code, not prose: it is the same in every language. */
const INTERACTIVE = `from runyard import Experiment, Workspace
with Experiment(Workspace.from_config(), "first-steps").start_logging() as run:
    run.log("accuracy", 0.93)`;
const SUBMITTED = "runyard run submit-script -e first-steps train.py";

/** The page of a workspace without runs: what to paste to get one. It appears here by itself. */
export function FirstRun() {
  return (
    <EmptyState icon="runs" title={t("firstRun.title")}>
      <p>{t("firstRun.python")}</p>
      <Snippet code={INTERACTIVE} what={t("firstRun.code")} />
      <p>{t("firstRun.submit")}</p>
      <Snippet code={SUBMITTED} what={t("firstRun.command")} />
      <p>{t("firstRun.live")}</p>
    </EmptyState>
  );
}
