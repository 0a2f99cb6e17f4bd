import { useQuery } from "@tanstack/react-query";
import { sessionQuery } from "../client/session";
import { useWorkspace } from "../client/workspace";
import { FactList } from "../components/FactList";
import { Segments } from "../components/fields";
import { LocalePicker } from "../components/LocalePicker";
import { PageHeader } from "../components/PageHeader";
import { Panel } from "../components/Panel";
import { Snippet } from "../components/Snippet";
import { setTheme, useThemeChoice } from "../components/theme";
import { t } from "../text/text";
import styles from "./SettingsPage.module.css";
import { ShortcutList } from "./ShortcutList";

/** What the reader may choose about the Studio, kept in this browser. */
export function SettingsPage() {
  const theme = useThemeChoice();
  const workspace = useWorkspace();
  const { data: session } = useQuery(sessionQuery());
  return (
    <>
      <PageHeader title={t("settings.title")} />
      <div className={styles.body}>
        <Panel title={t("settings.look")}>
          <div className={styles.row}>
            <span>{t("settings.theme")}</span>
            <Segments
              label={t("settings.theme")}
              choices={[
                ["system", t("settings.theme.system")],
                ["light", t("settings.theme.light")],
                ["dark", t("settings.theme.dark")],
              ]}
              value={theme}
              onChange={setTheme}
            />
          </div>
          <div className={styles.row}>
            <span>{t("language.title")}</span>
            <LocalePicker />
          </div>
        </Panel>
        <Panel title={t("settings.session")}>
          <FactList
            facts={[
              [t("settings.user"), session?.user ?? null],
              [t("settings.workspace"), workspace],
              [t("settings.server"), session?.server_version ?? null],
            ]}
          />
          <p className={styles.muted}>{t("settings.signIn")}</p>
          <Snippet code="runyard open" what={t("firstRun.command")} />
        </Panel>
        <Panel title={t("shortcut.title")}>
          <ShortcutList />
        </Panel>
        <Panel title={t("settings.about")}>
          <p className={styles.muted}>{t("settings.free")}</p>
          <a href="/THIRD_PARTY_NOTICES.txt" target="_blank" rel="noreferrer">
            {t("settings.licences")}
          </a>
        </Panel>
      </div>
    </>
  );
}
