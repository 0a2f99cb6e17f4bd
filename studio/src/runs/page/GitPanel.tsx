import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { type Artifact, artifactUrl } from "../../client/artifact";
import { fileTextQuery } from "../../client/file-text";
import type { Run } from "../../client/run";
import { Button } from "../../components/Button";
import { CopyButton } from "../../components/CopyButton";
import { FactList } from "../../components/FactList";
import { Panel } from "../../components/Panel";
import { ErrorState, Skeleton } from "../../components/states";
import { t } from "../../text/text";
import styles from "./RunPage.module.css";

const PatchView = lazy(async () => ({ default: (await import("../../components/diff/PatchView")).PatchView }));

export const GIT_PREFIXES = ["azureml.git.", "mlflow.source.git."] as const;
const DIFF = "system/git.diff";

/** Which commit the code was, and what was not committed. */
export function GitPanel({ run, files }: { run: Run; files: readonly Artifact[] }) {
  const [open, setOpen] = useState(false);
  const properties = run.properties ?? {};
  const facts = Object.entries(properties).flatMap(([name, value]) => (name.startsWith(GIT_PREFIXES[0]) ? [[name.slice(GIT_PREFIXES[0].length), value] as const] : []));
  const diff = files.find((file) => file.path === DIFF);
  if (facts.length === 0 && !diff) return null;
  const commit = properties["azureml.git.commit"];
  return (
    <Panel title={t("run.git")} actions={commit && <CopyButton text={commit} what={t("run.git.commit")} />}>
      <div className={styles.parts}>
        <FactList mono facts={facts} />
        {diff ? (
          <>
            <div>
              <Button icon="branch" aria-expanded={open} onClick={() => setOpen(!open)}>
                {open ? t("run.git.hideDiff") : t("run.git.showDiff")}
              </Button>
            </div>
            {open && <Diff run={run} file={diff} />}
          </>
        ) : (
          properties["azureml.git.dirty"] === "True" && <p className={styles.muted}>{t("run.git.noDiff")}</p>
        )}
      </div>
    </Panel>
  );
}

function Diff({ run, file }: { run: Run; file: Artifact }) {
  const content = useQuery(fileTextQuery(artifactUrl(run.workspace, run.id, file.path), file.sha256 ?? file.updated_at));
  if (content.isError) return <ErrorState error={content.error} onRetry={() => void content.refetch()} />;
  if (content.data === undefined) return <Skeleton />;
  return (
    <Suspense fallback={<Skeleton />}>
      <PatchView text={content.data ?? ""} />
    </Suspense>
  );
}
