import { expect, test, vi } from "vitest";
import type { LinePage, TextSource } from "../../client/text-file";
import { LineStore } from "./line-store";

/** A file in memory that answers as the server does. */
function fileOf(lines: string[]) {
  const reads: [number, number][] = [];
  const source: TextSource = {
    read: async (start, count, signal): Promise<LinePage> => {
      reads.push([start, count]);
      const from = start < 0 ? Math.max(0, lines.length + start) : start;
      const answer = { start: from, lines: lines.slice(from, from + count), total: lines.length, size_bytes: lines.length * 10, style: "", cut: [] };
      await Promise.resolve();
      signal.throwIfAborted();
      return answer;
    },
    find: () => Promise.reject(new Error("not searched here")),
  };
  return { source, reads, lines };
}

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `line ${index}`);
const textAt = (store: LineStore, index: number) => store.lineAt(index)?.spans.map((span) => span.text).join("");

async function settled(store: LineStore, until: () => boolean): Promise<void> {
  await vi.waitFor(() => expect(until()).toBe(true), { interval: 1 });
  expect(store.error).toBeNull();
}

test("the end of a long file is there after one read", async () => {
  const { source, reads } = fileOf(numbered(1_000_050));
  const store = new LineStore(source, () => {});
  store.check();
  await settled(store, () => store.ready);
  expect(store.total).toBe(1_000_050);
  store.want(1_000_010, 1_000_050);
  expect(textAt(store, 1_000_049)).toBe("line 1000049");
  expect(reads).toHaveLength(1);
});

test("any place can be opened first", async () => {
  const { source } = fileOf(numbered(10_000));
  const store = new LineStore(source, () => {});
  store.check(5_123);
  await settled(store, () => store.ready);
  expect(textAt(store, 5_123)).toBe("line 5123");
  expect(store.total).toBe(10_000);
});

test("lines come as they are wanted, and only a bounded number is kept", async () => {
  const { source } = fileOf(numbered(100_000));
  const store = new LineStore(source, () => {});
  store.check();
  await settled(store, () => store.ready);
  for (let line = 0; line < 20_000; line += 200) {
    store.want(line, line + 50);
    await settled(store, () => store.lineAt(line) !== undefined);
  }
  expect(textAt(store, 19_801)).toBe("line 19801");
  expect(store.lineAt(0)).toBeUndefined();
});

test("reads that are no longer wanted are stopped, and their lines are not taken", async () => {
  const { source } = fileOf(numbered(100_000));
  const store = new LineStore(source, () => {});
  store.check();
  await settled(store, () => store.ready);
  store.want(0, 50);
  store.want(50_000, 50_050);
  await settled(store, () => store.lineAt(50_000) !== undefined);
  expect(store.lineAt(0)).toBeUndefined();
  expect(store.error).toBeNull();
});

test.each([1, 150, 199, 200, 201, 399, 401, 1000])("a file of %d lines that grows shows every line as it became", async (count) => {
  const file = fileOf([...numbered(count - 1), "half"]);
  const store = new LineStore(file.source, () => {});
  store.check();
  await settled(store, () => store.ready);
  file.lines[count - 1] = "half and more";
  file.lines.push(...numbered(700));
  store.check();
  await settled(store, () => store.total === count + 700);
  for (const index of [count - 1, count, count + 699]) {
    store.want(index, index + 1);
    await settled(store, () => store.lineAt(index) !== undefined);
  }
  expect(textAt(store, count - 1)).toBe("half and more");
  expect(textAt(store, count + 699)).toBe("line 699");
});

test("colours that are on above a page go on in it", async () => {
  const source: TextSource = {
    read: () => Promise.resolve({ start: 0, lines: ["red", "\u001b[0mplain"], total: 2, size_bytes: 9, style: "\u001b[31m", cut: [1] }),
    find: () => Promise.reject(new Error("not searched here")),
  };
  const store = new LineStore(source, () => {});
  store.check();
  await settled(store, () => store.ready);
  expect(store.lineAt(0)?.spans[0]?.colour).toBe("var(--ansi-1)");
  expect(store.lineAt(1)).toMatchObject({ cut: true, spans: [{ text: "plain", colour: null }] });
});

test("a failed read is told, and the next one mends it", async () => {
  const file = fileOf(numbered(3));
  let broken = true;
  const store = new LineStore({ ...file.source, read: (...how) => (broken ? Promise.reject(new Error("away")) : file.source.read(...how)) }, () => {});
  store.check();
  await vi.waitFor(() => expect(store.error).toBeInstanceOf(Error));
  broken = false;
  store.check();
  await settled(store, () => store.ready);
});

test("a progress bar shows its last state, and a file with zero bytes is no text", async () => {
  const bar = fileOf(["10%\r50%\r100%\r", "next"]);
  const store = new LineStore(bar.source, () => {});
  store.check();
  await settled(store, () => store.ready);
  expect(textAt(store, 0)).toBe("100%");
  const binary = new LineStore(fileOf(["\0\u0001"]).source, () => {});
  binary.check();
  await settled(binary, () => binary.ready);
  expect(binary.isText).toBe(false);
});
