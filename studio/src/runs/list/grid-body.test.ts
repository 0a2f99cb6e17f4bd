// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ListedRun } from "../../client/run";
import { activateLocale } from "../../text/text";
import { GridBody, type RowActions } from "./grid-body";
import { type GridItem, keyOf } from "./grid-item";
import { drawnRows } from "./grid-window";
import { LineList } from "./line-list";
import { Pages } from "./pages";
import { rowsOf } from "./run-row";

const ROW = 32;
const VIEW = 320;
const TOTAL = 10_000;

const frame = { columns: [{ kind: "plain", key: "experiment" } as const], widths: [100], shown: { first: 0, end: 1, before: 0, after: 0 }, pinned: 0, nameWidth: 200, height: ROW, top: 36, above: null };

function run(number: number): ListedRun {
  return { id: `r${number}`, experiment: "e", number, display_name: `run ${number}`, status: "Completed", child_count: 0, created_at: "2026-01-01T00:00:00Z", target: "local" } as ListedRun;
}

async function grid() {
  const pages = new Pages<GridItem>(async (offset, limit) => ({ items: rowsOf(Array.from({ length: limit }, (_, at) => run(offset + at)), []).map((row) => ({ kind: "run", row })), total: TOTAL }), true);
  const lines = new LineList<GridItem>(pages, { keyOf, below: () => pages });
  lines.show(0, 20);
  await vi.waitFor(() => expect(pages.total).toBe(TOTAL));
  const scroller = document.createElement("div");
  const host = scroller.appendChild(document.createElement("div"));
  document.body.append(scroller);
  const actions: RowActions = { toggle: vi.fn(), activate: vi.fn(), open: vi.fn(), edit: vi.fn(), menu: vi.fn(), follow: vi.fn(), prepare: vi.fn() };
  const body = new GridBody(host, scroller, (id) => `/runs/${id}`, actions);
  let scrollTop = 0;
  const scroll = (row: number) => {
    scrollTop = row * ROW;
    body.scrolledTo(scrollTop);
  };
  const show = (more: { active?: number; selected?: ReadonlySet<string> } = {}) => body.update({ frame, lines, viewHeight: VIEW, scrollTop, active: -1, selected: new Set(), ...more });
  show();
  const inSight = host.childElementCount;
  await vi.waitFor(() => expect(host.childElementCount).toBe(drawnRows(VIEW, ROW)));
  const shown = () => [...host.querySelectorAll<HTMLElement>("[role=row]")].sort((one, other) => Number(one.ariaRowIndex) - Number(other.ariaRowIndex));
  return { body, host, scroller, pages, actions, scroll, show, shown, inSight };
}

beforeEach(async () => {
  await activateLocale("en");
});
afterEach(() => document.body.replaceChildren());

test("the rows on the screen are drawn first, and those beyond its edges when there is time", async () => {
  const { scroll, shown, inSight } = await grid();
  expect(inSight).toBe(VIEW / ROW + 1);
  const all = shown().length;
  scroll(40);
  const indexes = () => shown().map((row) => Number(row.ariaRowIndex) - 2);
  expect(indexes().filter((index) => index >= 40)).toEqual(Array.from({ length: inSight }, (_, at) => 40 + at));
  await vi.waitFor(() => expect(indexes()).toEqual(Array.from({ length: all }, (_, at) => 36 + at)));
});

test("what is still to come is filled as it comes, without anybody else drawing the list", async () => {
  const { body, pages, scroll, shown } = await grid();
  scroll(5000);
  const named = () => shown().filter((row) => Number(row.ariaRowIndex) > 5000 && row.querySelector("a")).length;
  expect(named()).toBe(0);
  pages.subscribe(() => body.drawNews());
  pages.show(5000, 5010);
  await vi.waitFor(() => expect(named()).toBe(drawnRows(VIEW, ROW) - 4));
});

test("rows are drawn in elements that are used again, each with its own line", async () => {
  const { host, scroll, shown } = await grid();
  const before = new Set(shown());
  expect(before.size).toBe(drawnRows(VIEW, ROW));
  scroll(40);
  await vi.waitFor(() => expect(shown()[0]?.ariaRowIndex).toBe("38"));
  const texts = shown().map((row) => row.querySelector("a")?.textContent);
  expect(texts).toEqual(Array.from({ length: before.size }, (_, at) => `run ${36 + at}`));
  expect(shown().every((row) => before.has(row))).toBe(true);
  expect(host.querySelector("[aria-rowindex='42'] a")?.getAttribute("href")).toBe("/runs/r40");
});

test("a row that stays is not written again while the list is scrolled", async () => {
  const { host, scroll } = await grid();
  const watcher = new MutationObserver(() => undefined);
  watcher.observe(host, { subtree: true, attributes: true, characterData: true, childList: true });
  scroll(0);
  expect(watcher.takeRecords()).toEqual([]);
  scroll(6);
  const rows = new Set(watcher.takeRecords().map((record) => (record.target instanceof Element ? record.target : record.target.parentElement)?.closest("[role=row]")));
  expect(rows.size).toBe(2);
});

test("what is still to come is a row without a name, and the active row is named to the grid", async () => {
  const { scroll, scroller, show, shown } = await grid();
  scroll(5000);
  show({ active: 5001 });
  await vi.waitFor(() => expect(shown().some((row) => row.querySelector("a"))).toBe(false));
  expect(document.getElementById(scroller.getAttribute("aria-activedescendant") ?? "")?.ariaRowIndex).toBe("5003");
});

test("rows beyond the edges wait until there is time, also when what is around the list is drawn with its first rows", async () => {
  const { body, host, scroll, show, inSight } = await grid();
  scroll(5000);
  body.drawNews();
  const before = host.querySelectorAll("[aria-rowindex]").length;
  show();
  const inWindow = [...host.querySelectorAll<HTMLElement>("[aria-rowindex]")].filter((row) => Number(row.ariaRowIndex) >= 4990 && Number(row.ariaRowIndex) < 5030);
  expect(host.querySelectorAll("[aria-rowindex]")).toHaveLength(before);
  expect(inWindow).toHaveLength(inSight);
});

test("boxes, names and tools of a row do what they say", async () => {
  const { host, actions, show } = await grid();
  const row = host.querySelector("[aria-rowindex='5']");
  show({ selected: new Set(["r3"]) });
  expect(row?.getAttribute("aria-selected")).toBe("true");
  row?.querySelector("input")?.dispatchEvent(new MouseEvent("click", { bubbles: true, shiftKey: true }));
  expect(actions.toggle).toHaveBeenCalledWith(3, true);
  row?.querySelector("a")?.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
  expect(actions.follow).toHaveBeenCalledWith(3);
  expect(row?.querySelector("[aria-label='Rename run 3']")).toBeNull();
  row?.querySelector("a")?.dispatchEvent(new Event("pointerover", { bubbles: true }));
  row?.querySelector<HTMLElement>("[aria-label='Rename run 3']")?.click();
  expect(actions.edit).toHaveBeenCalledWith(3, "name", row?.querySelector("[aria-colindex='2']"));
});
