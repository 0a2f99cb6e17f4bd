import { Link, Outlet } from "@tanstack/react-router";
import { lazy, Suspense, useCallback, useRef, useState } from "react";
import type { Session } from "../client/session";
import { useWorkspace } from "../client/workspace";
import { IconButton } from "../components/Button";
import { Icon, type IconName } from "../components/Icon";
import { Logo } from "../components/Logo";
import { Toasts } from "../components/Toasts";
import { setTheme, type ThemeChoice, useThemeChoice } from "../components/theme";
import { t, type TextId } from "../text/text";
import styles from "./AppFrame.module.css";
import { LivePill, LostBanner } from "./LivePill";
import { SignedOutBanner } from "./SignedOutBanner";
import { useFocusKeeper } from "./useFocusKeeper";
import { useShortcuts } from "./useShortcuts";

const ShortcutSheet = lazy(async () => ({ default: (await import("./ShortcutSheet")).ShortcutSheet }));

const CommandPalette = lazy(async () => ({ default: (await import("./CommandPalette")).CommandPalette }));

/** `second`: without room it stands behind a button. */
const PAGES = [
  { to: "/", icon: "home", text: "nav.home", second: false },
  { to: "/experiments", icon: "flask", text: "nav.experiments", second: false },
  { to: "/runs", icon: "runs", text: "nav.runs", second: false },
  { to: "/views", icon: "star", text: "nav.views", second: true },
  { to: "/compute", icon: "compute", text: "nav.compute", second: false },
  { to: "/environments", icon: "gear", text: "nav.environments", second: true },
  { to: "/bin", icon: "bin", text: "nav.bin", second: true },
] as const satisfies readonly { to: string; icon: IconName; text: TextId; second: boolean }[];

/** What is around every page: the way to the others, the state of the connection, theme and help. Without a session yet, no page. `onSignedIn` is there when the session has ended: it looks whether there is a new one. */
export function AppFrame({ session, onSignedIn }: { session: Session | null; onSignedIn?: () => void }) {
  const workspace = useWorkspace();
  const [sheet, setSheet] = useState(false);
  const showSheet = useCallback(() => setSheet(true), []);
  const [palette, setPalette] = useState(false);
  const togglePalette = useCallback(() => setPalette((shown) => !shown), []);
  useShortcuts(showSheet, togglePalette);
  const main = useRef<HTMLElement>(null);
  useFocusKeeper(main);
  return (
    <div className={styles.frame}>
      <a href="#main" className={styles.skip}>
        {t("nav.skip")}
      </a>
      <header className={styles.brand}>
        <Link to="/" className={styles.logo} aria-label={t("app.name")}>
          <Logo />
          <span>{t("app.name")}</span>
        </Link>
        <span className={styles.workspace} title={t("nav.workspace", { name: workspace })}>
          {session ? workspace : "\u00a0"}
        </span>
      </header>
      <nav className={styles.nav} aria-label={t("nav.main")}>
        {PAGES.map((page) => (
          <Link key={page.to} to={page.to} className={styles.link} data-second={page.second} activeOptions={{ exact: page.to === "/", includeSearch: false }}>
            <Icon name={page.icon} />
            <span>{t(page.text)}</span>
          </Link>
        ))}
        <MorePages />
      </nav>
      <div className={styles.tools}>
        <LivePill />
        <ThemeButton />
        <IconButton icon="search" label={t("palette.open")} onClick={togglePalette} />
        <IconButton icon="help" label={t("shortcut.title")} onClick={showSheet} />
        {session && (
          <Link to="/settings" className={styles.version} title={t("nav.signedIn", { user: session.user })}>
            {t("settings.title")}
          </Link>
        )}
      </div>
      <main ref={main} id="main" className={styles.main} tabIndex={-1}>
        {onSignedIn ? <SignedOutBanner onSignedIn={onSignedIn} /> : <LostBanner />}
        {session && <Outlet />}
      </main>
      <Toasts />
      {palette && session && (
        <Suspense fallback={null}>
          <CommandPalette onClose={() => setPalette(false)} onShortcuts={showSheet} />
        </Suspense>
      )}
      {sheet && (
        <Suspense fallback={null}>
          <ShortcutSheet onClose={() => setSheet(false)} />
        </Suspense>
      )}
    </div>
  );
}

/** The pages that have no room in the bar of a narrow window; in a wide one nothing. */
function MorePages() {
  const [shown, setShown] = useState(false);
  const close = () => setShown(false);
  return (
    <div
      className={styles.more}
      onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && close()}
      onKeyDown={(event) => event.key === "Escape" && close()}
    >
      <button type="button" className={styles.link} aria-expanded={shown} onClick={() => setShown(!shown)}>
        <Icon name="dots" />
        <span>{t("nav.more")}</span>
      </button>
      {shown && (
        <div className={styles.sheet}>
          {PAGES.filter((page) => page.second).map((page) => (
            <Link key={page.to} to={page.to} onClick={close}>
              <Icon name={page.icon} />
              {t(page.text)}
            </Link>
          ))}
          <Link to="/settings" onClick={close}>
            <Icon name="system" />
            {t("settings.title")}
          </Link>
        </div>
      )}
    </div>
  );
}

const NEXT_THEME: Readonly<Record<ThemeChoice, ThemeChoice>> = { system: "light", light: "dark", dark: "system" };
const THEME_ICONS: Readonly<Record<ThemeChoice, IconName>> = { system: "system", light: "sun", dark: "moon" };

function ThemeButton() {
  const choice = useThemeChoice();
  return <IconButton icon={THEME_ICONS[choice]} label={t(`theme.${choice}`)} onClick={() => setTheme(NEXT_THEME[choice])} />;
}
