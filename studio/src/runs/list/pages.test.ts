import { expect, test, vi } from "vitest";
import { type Answer, PAGE_ROWS, Pages } from "./pages";

/** A server with `total` items, numbered, the newest first. */
class FakeServer {
  reads: number[] = [];
  constructor(public total: number) {}

  read = async (offset: number, limit: number, signal: AbortSignal): Promise<Answer<number>> => {
    this.reads.push(offset);
    await Promise.resolve();
    signal.throwIfAborted();
    const count = Math.max(0, Math.min(limit, this.total - offset));
    return { items: Array.from({ length: count }, (_, index) => this.total - offset - index), total: this.total };
  };
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

async function shown(server: FakeServer, first = 0, last = 30): Promise<Pages<number>> {
  const pages = new Pages(server.read, true);
  pages.show(first, last);
  await settled();
  return pages;
}

test("only the pages on the screen are read", async () => {
  const server = new FakeServer(100_000);
  const pages = await shown(server);
  expect(server.reads).toEqual([0]);
  pages.show(90_000, 90_030);
  await settled();
  expect(server.reads).toEqual([0, 90_000]);
  expect(pages.at(90_000)).toBe(10_000);
  expect(pages.at(50_000)).toBeUndefined();
});

test("a page that leaves the screen while it is read is given up", async () => {
  const server = new FakeServer(100_000);
  const pages = await shown(server);
  pages.show(20_000, 20_030);
  pages.show(40_000, 40_030);
  await settled();
  expect(pages.at(20_000)).toBeUndefined();
  expect(pages.at(40_000)).toBeDefined();
});

test("what changes while a page is read is read after it", async () => {
  const server = new FakeServer(10);
  const pages = await shown(server);
  pages.refresh();
  pages.refresh();
  pages.refresh();
  await settled();
  expect(server.reads).toEqual([0, 0, 0]); // one that was under way, and one that knows of the last change
});

test("at the top new runs come in by themselves", async () => {
  const server = new FakeServer(10);
  const pages = await shown(server);
  server.total = 12;
  pages.refresh();
  await settled();
  expect(pages.total).toBe(12);
  expect(pages.held).toBe(0);
  expect(pages.at(0)).toBe(12);
});

test("away from the top no row moves: new runs are counted and held back", async () => {
  const server = new FakeServer(1000);
  const pages = await shown(server, 200, 230);
  const before = pages.at(210);
  server.total = 1007;
  pages.refresh();
  await settled();
  expect(pages.held).toBe(7);
  expect(pages.total).toBe(1000);
  expect(pages.at(210)).toBe(before);
  pages.showNew();
  await settled();
  expect(pages.held).toBe(0);
  expect(pages.at(0)).toBe(1007);
});

test("a refresh keeps the old rows until the new ones are there", async () => {
  const server = new FakeServer(50);
  const pages = await shown(server);
  pages.refresh();
  expect(pages.at(0)).toBeDefined();
});

test("memory stays flat however far one scrolls", async () => {
  const server = new FakeServer(100_000);
  const pages = await shown(server);
  for (let page = 0; page < 60; page += 1) {
    pages.show(page * PAGE_ROWS, page * PAGE_ROWS + 20);
    await settled();
  }
  expect(pages.loaded().length).toBeLessThanOrEqual(20 * PAGE_ROWS);
});

test("an error is kept until a retry succeeds", async () => {
  const server = new FakeServer(10);
  const read = vi.fn(server.read).mockRejectedValueOnce(new Error("500"));
  const pages = new Pages(read, true);
  pages.show(0, 30);
  await settled();
  expect(pages.error).toBeInstanceOf(Error);
  pages.retry();
  await settled();
  expect(pages.error).toBeNull();
  expect(pages.total).toBe(10);
});
