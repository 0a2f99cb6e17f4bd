import { Button } from "../components/Button";
import { Snippet } from "../components/Snippet";
import { t } from "../text/text";
import styles from "./SignedOutBanner.module.css";

/** Tells over the page that the session has ended: the page stays as it is, with what was typed into it, until there is a new one. */
export function SignedOutBanner({ onSignedIn }: { onSignedIn: () => void }) {
  return (
    <div className={styles.banner} role="alert">
      <p>
        <strong>{t("signedOut.title")}</strong> {t("signedOut.body")}
      </p>
      <div className={styles.ways}>
        <Snippet code="runyard open" what={t("firstRun.command")} />
        <Button tone="primary" onClick={onSignedIn}>
          {t("signIn.again")}
        </Button>
      </div>
    </div>
  );
}
