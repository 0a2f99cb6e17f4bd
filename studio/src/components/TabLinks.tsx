import { Link, useRouter } from "@tanstack/react-router";
import { type KeyboardEvent, useEffect, useRef } from "react";
import styles from "./TabLinks.module.css";

export interface TabLink {
  id: string;
  label: string;
  count?: number;
  to: string;
  params?: Record<string, string>;
  search?: Record<string, string | undefined>;
}

/** Tabs that are links: each is a page of its own with an address. Arrows move between them, Enter opens. */
export function TabLinks({ label, tabs, selected, panelId }: { label: string; tabs: readonly TabLink[]; selected: string; panelId: string }) {
  const list = useRef<HTMLDivElement>(null);
  // The counts come later than the tabs, and make them wider.
  const counted = tabs.map((tab) => tab.count ?? "").join();
  useEffect(() => {
    if (list.current) bringIntoSight(list.current);
  }, [selected, counted]);
  // The router puts rows back to where they were scrolled to before it says that the page is drawn, also those that are on both pages.
  const router = useRouter();
  useEffect(
    () =>
      router.subscribe("onRendered", () => {
        if (list.current) bringIntoSight(list.current);
      }),
    [router],
  );
  const onKeyDown = (event: KeyboardEvent) => {
    const links = [...(list.current?.querySelectorAll("a") ?? [])];
    const at = links.findIndex((link) => link === document.activeElement);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: links.length - 1 }[event.key];
    if (next === undefined || at < 0) return;
    event.preventDefault();
    links[(next + links.length) % links.length]?.focus();
  };
  return (
    <div role="tablist" aria-label={label} className={styles.tabs} ref={list} onKeyDown={onKeyDown}>
      {tabs.map((tab, index) => (
        <Link
          key={tab.id}
          id={`tab-${tab.id}`}
          role="tab"
          data-shortcut={index + 1}
          aria-selected={tab.id === selected}
          aria-controls={panelId}
          tabIndex={tab.id === selected ? 0 : -1}
          to={tab.to}
          params={tab.params ?? {}}
          {...(tab.search ? { search: tab.search } : {})}
          className={styles.tab}
        >
          {tab.label}
          {tab.count !== undefined && <span className={styles.count}>{tab.count}</span>}
        </Link>
      ))}
    </div>
  );
}

/** On a narrow screen the row of tabs scrolls sideways: the selected one stands in its middle, so that there is seen to be more on both sides. */
function bringIntoSight(list: HTMLElement): void {
  const tab = list.querySelector<HTMLElement>("[aria-selected=true]");
  if (!tab || list.scrollWidth <= list.clientWidth) return;
  const [place, room] = [tab.getBoundingClientRect(), list.getBoundingClientRect()];
  list.scrollLeft += place.left + place.width / 2 - (room.left + room.width / 2);
}
