import { useEffect } from "react";
import { Button } from "../components/Button";
import { Icon } from "../components/Icon";
import { Snippet } from "../components/Snippet";
import { t } from "../text/text";
import styles from "./SignInPage.module.css";

/** Nobody is signed in: says how to get in. There is no form, since the way in is a link that the owner's command line makes. */
export function SignInPage({ onRetry }: { onRetry: () => void }) {
  useEffect(() => {
    document.title = `${t("signIn.title")} · ${t("app.name")}`;
  }, []);
  return (
    <main className={styles.page}>
      <div className={styles.box}>
        <span className={styles.glyph}>
          <Icon name="link" size={20} />
        </span>
        <h1>{t("signIn.title")}</h1>
        <p>{t("signIn.body")}</p>
        <Snippet code="runyard open" what={t("firstRun.command")} />
        <p>{t("signIn.link")}</p>
        <Button tone="primary" onClick={onRetry}>
          {t("signIn.again")}
        </Button>
      </div>
    </main>
  );
}
