import { useState } from "react";
import type { Run } from "../../client/run";
import { Segments } from "../../components/fields";
import { Panel } from "../../components/Panel";
import { Snippet } from "../../components/Snippet";
import { t } from "../../text/text";
import { resubmission } from "../resubmit";
import styles from "./RunPage.module.css";

/** How to submit the run again: code to copy. */
export function ResubmitPanel({ run }: { run: Run }) {
  const [form, setForm] = useState<"python" | "command">("python");
  const again = resubmission(run);
  if (again === null) return null;
  const { command } = again;
  return (
    <Panel
      title={t("resubmit.title")}
      actions={
        command !== null && (
          <Segments
            label={t("resubmit.form")}
            choices={[
              ["python", t("resubmit.python")],
              ["command", t("resubmit.command")],
            ]}
            value={form}
            onChange={setForm}
          />
        )
      }
    >
      <div className={styles.parts}>
        {form === "command" && command !== null ? <Snippet code={command} what={t("firstRun.command")} /> : <Snippet code={again.python} what={t("firstRun.code")} />}
        <p className={styles.muted}>{form === "command" ? t("resubmit.commandHint") : t("resubmit.pythonHint")}</p>
      </div>
    </Panel>
  );
}
