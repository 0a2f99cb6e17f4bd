import { expect, test } from "vitest";
import { LineList } from "./line-list";
import { Pages } from "./pages";

/** A tree of names: `a` has `a0`, `a1`, …; `counts` says how many of each. */
function tree(counts: Record<string, number>): { lines: LineList<string>; counts: Record<string, number> } {
  const pagesOf = (prefix: string, names: () => string[]) =>
    new Pages<string>(async (offset, limit) => {
      await Promise.resolve();
      return { items: names().slice(offset, offset + limit), total: names().length };
    }, prefix === "");
  const below = (name: string) => pagesOf(name, () => Array.from({ length: counts[name] ?? 0 }, (_, index) => `${name}${index}`));
  const top = pagesOf("", () => Array.from({ length: counts[""] ?? 0 }, (_, index) => "abcdefgh"[index] ?? `z${index}`));
  return { lines: new LineList(top, { keyOf: (name) => name, below }), counts };
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 30; turn += 1) await Promise.resolve();
}

function shown(lines: LineList<string>): string[] {
  return Array.from({ length: lines.total ?? 0 }, (_, index) => {
    const line = lines.lineAt(index);
    return line ? `${line.depth}${line.item}` : "?";
  });
}

test("an opened item has its own below it, and they go when it is closed", async () => {
  const { lines } = tree({ "": 3, b: 2 });
  lines.show(0, 20);
  await settled();
  lines.toggle(1);
  expect(shown(lines)).toEqual(["0a", "0b", "?", "0c"]);
  await settled();
  expect(shown(lines)).toEqual(["0a", "0b", "1b0", "1b1", "0c"]);
  lines.toggle(1);
  expect(shown(lines)).toEqual(["0a", "0b", "0c"]);
});

test("levels open in each other", async () => {
  const { lines } = tree({ "": 2, a: 2, a1: 1, b: 1 });
  lines.show(0, 20);
  await settled();
  lines.toggle(0);
  await settled();
  lines.toggle(2);
  await settled();
  lines.toggle(4);
  await settled();
  expect(shown(lines)).toEqual(["0a", "1a0", "1a1", "2a10", "0b", "1b0"]);
  expect([0, 1, 3, 4, 5].map((index) => lines.lineAt(index)?.above)).toEqual([null, "a", "a1", null, "b"]);
});

test("an open item keeps its own when others arrive before it", async () => {
  const { lines, counts } = tree({ "": 2, b: 1 });
  lines.show(0, 20);
  await settled();
  lines.toggle(1);
  await settled();
  counts[""] = 4;
  lines.refresh();
  await settled();
  expect(shown(lines)).toEqual(["0a", "0b", "1b0", "0c", "0d"]);
});

test("what is loaded holds the items of every open level", async () => {
  const { lines } = tree({ "": 2, a: 2 });
  lines.show(0, 20);
  await settled();
  lines.toggle(0);
  await settled();
  expect(lines.loaded()).toEqual(["a", "a0", "a1", "b"]);
});

test("a list that takes the place of another opens what was open there", async () => {
  const { lines } = tree({ "": 2, a: 2, a1: 1 });
  lines.show(0, 20);
  await settled();
  lines.toggle(0);
  await settled();
  lines.toggle(2);
  await settled();
  const { lines: next } = tree({ "": 2, a: 2, a1: 1 });
  next.reopen(lines.openKeys());
  next.show(0, 20);
  await settled();
  await settled();
  expect(shown(next)).toEqual(shown(lines));
});

test("items that changed are read by themselves, and stay where they are", async () => {
  const item = (key: string, value: number) => ({ key, value });
  const pages = new Pages<{ key: string; value: number }>(async () => ({ items: [item("a", 1), item("b", 1)], total: 2 }), true);
  const lines = new LineList(pages, { keyOf: ({ key }) => key, below: () => pages });
  lines.show(0, 5);
  await settled();
  const asked: string[][] = [];
  const read = async (keys: string[]) => {
    asked.push(keys);
    return [item("b", 2)];
  };
  await lines.renew(new Set(["b", "elsewhere"]), read);
  expect([lines.lineAt(0)?.item, lines.lineAt(1)?.item]).toEqual([item("a", 1), item("b", 2)]);
  await lines.renew(new Set(["elsewhere"]), read);
  expect(asked).toEqual([["b"]]);
});

test("what stands around the lines changes with their number and their faults, and not with each page that comes", async () => {
  const { lines } = tree({ "": 300, a: 2 });
  lines.show(0, 20);
  await settled();
  const [outline, version] = [lines.getOutline(), lines.getVersion()];
  lines.show(200, 220);
  await settled();
  expect(lines.getVersion()).toBeGreaterThan(version);
  expect(lines.getOutline()).toBe(outline);
  lines.toggle(0);
  expect(lines.getOutline()).not.toBe(outline);
  lines.toggle(0);
  expect(lines.getOutline()).toBe(outline);
  lines.pages.showNew();
  expect(lines.getOutline()).not.toBe(outline);
});
