import { expect, test, vi } from "vitest";
import { type ListedRun, searchRunRows } from "../../client/run";
import { cellText } from "./cell-text";
import type { Column } from "./column";
import { broughtBy, RunLines } from "./run-lines";

const LOSS: Column = { kind: "metric", key: "loss", aggregate: "last" };
const LEARNING_RATE: Column = { kind: "metric", key: "lr", aggregate: "last" };
const QUERY = { order_by: "-created_at", include_children: false };

vi.mock("../../client/run", async (original) => ({ ...(await original<object>()), searchRunRows: vi.fn() }));

/** A server with one run, which has one child; it answers when told to. */
class SlowServer {
  readonly asked: { columns: string[]; parent: string | null }[] = [];
  private waiting: (() => void)[] = [];

  constructor() {
    vi.mocked(searchRunRows).mockImplementation((_, query, columns) => this.answer(query.parent_id ?? null, columns));
  }

  private async answer(parent: string | null, columns: readonly string[]) {
    this.asked.push({ columns: [...columns], parent });
    await new Promise<void>((resolve) => this.waiting.push(resolve));
    const id = parent === null ? "parent" : "child";
    const run = { id, display_name: id, child_count: parent === null ? 1 : 0, values: columns.map((column) => column.length) };
    return { rows: [run as ListedRun], total: 1 };
  }

  async answerAll(count: number): Promise<void> {
    await vi.waitFor(() => expect(this.waiting).toHaveLength(count));
    for (const answer of this.waiting.splice(0)) answer();
  }
}

function shown(lines: RunLines, column: Column): string[] {
  return Array.from({ length: lines.total ?? 0 }, (_, index) => {
    const line = lines.lineAt(index);
    return line ? `${line.key} ${cellText(column, line.item, 0)}`.trim() : "?";
  });
}

/** The open parent and its child, read before there was a column of metrics. */
async function openTree(server: SlowServer): Promise<RunLines> {
  const lines = new RunLines("w", { query: QUERY, by: [] });
  lines.bring(broughtBy([]));
  lines.show(0, 20);
  await server.answerAll(1);
  await vi.waitFor(() => expect(shown(lines, LOSS)).toEqual(["parent"]));
  lines.toggle(0);
  await server.answerAll(1);
  await vi.waitFor(() => expect(shown(lines, LOSS)).toEqual(["parent", "child"]));
  return lines;
}

test("rows and what is open stay while other columns are read, each list once", async () => {
  const server = new SlowServer();
  const lines = await openTree(server);
  const seen: string[][] = [];
  lines.subscribe(() => seen.push(shown(lines, LOSS)));
  lines.bring(broughtBy([LOSS]));
  expect(lines.isBehind).toBe(true);
  expect(shown(lines, LOSS)).toEqual(["parent", "child"]); // no dash that says that they have no such value
  await server.answerAll(2);
  await vi.waitFor(() => expect(shown(lines, LOSS)).toEqual(["parent 16", "child 16"]));
  expect(lines.isBehind).toBe(false);
  expect(seen.map((each) => each.map((text) => text.split(" ")[0]))).toEqual(seen.map(() => ["parent", "child"]));
  expect(server.asked.slice(2)).toEqual([
    { columns: ["metric.loss.last"], parent: null },
    { columns: ["metric.loss.last"], parent: "parent" },
  ]);
});

test("columns that are moved or taken away are not read again", async () => {
  const server = new SlowServer();
  const lines = new RunLines("w", { query: QUERY, by: [] });
  lines.bring(broughtBy([LOSS, LEARNING_RATE]));
  lines.show(0, 20);
  await server.answerAll(1);
  await vi.waitFor(() => expect(lines.total).toBe(1));
  lines.bring(broughtBy([LEARNING_RATE, LOSS]));
  lines.bring(broughtBy([LEARNING_RATE]));
  expect(lines.isBehind).toBe(false);
  expect(shown(lines, LEARNING_RATE)).toEqual(["parent 14"]);
  expect(server.asked).toHaveLength(1);
});

test("columns that are asked for while the rows are read come after the rows", async () => {
  const server = new SlowServer();
  const lines = new RunLines("w", { query: QUERY, by: [] });
  lines.bring(broughtBy([]));
  lines.show(0, 20);
  await vi.waitFor(() => expect(server.asked).toHaveLength(1));
  lines.bring(broughtBy([LOSS]));
  await server.answerAll(1);
  await vi.waitFor(() => expect(shown(lines, LOSS)).toEqual(["parent"]));
  await server.answerAll(1);
  await vi.waitFor(() => expect(shown(lines, LOSS)).toEqual(["parent 16"]));
});
