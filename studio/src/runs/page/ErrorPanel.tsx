import { Link } from "@tanstack/react-router";
import type { Artifact } from "../../client/artifact";
import type { Run } from "../../client/run";
import { CopyButton } from "../../components/CopyButton";
import { Icon } from "../../components/Icon";
import { t } from "../../text/text";
import { logNamedIn } from "./logged-file";
import { toldOf } from "./run-error";
import styles from "./RunPage.module.css";

/** Why the run failed. `brief` leaves the traceback to the overview; of `files` the log that the message names is offered. */
export function ErrorPanel({ run, files = [], brief = false }: { run: Run; files?: readonly Artifact[]; brief?: boolean }) {
  const { error } = run;
  if (!error) return null;
  const { message, traceback } = toldOf(error);
  return (
    <section className={`${styles.error} ${brief ? styles.brief : ""}`} aria-label={t("run.error")}>
      <div className={styles.errorHead}>
        <Icon name="warning" />
        <div>
          <h2>{error.type ?? (error.code === "SystemError" ? t("run.error.system") : t("run.error.user"))}</h2>
          <p>{message}</p>
          <div className={styles.errorLinks}>
            {typeof error.exit_code === "number" && <span className={styles.muted}>{t("run.error.exitCode", { code: error.exit_code })}</span>}
            {brief && (
              <Link to="/runs/$runId/overview" params={{ runId: run.id }}>
                {t("run.error.details")}
              </Link>
            )}
            <Link to="/runs/$runId/outputs/$" params={{ runId: run.id, _splat: logNamedIn(error.message, files) }}>
              {t("run.error.log")}
            </Link>
          </div>
        </div>
        {traceback && !brief && (
          <span style={{ marginLeft: "auto" }}>
            <CopyButton text={traceback} what={t("run.error.traceback")} />
          </span>
        )}
      </div>
      {traceback && !brief && (
        <pre className={styles.traceback} tabIndex={0} role="region" aria-label={t("run.error.traceback")}>
          {traceback}
        </pre>
      )}
    </section>
  );
}
