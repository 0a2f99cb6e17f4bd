import { beforeEach, expect, test, vi } from "vitest";
import { searchRunRows } from "../../client/run";
import { DEFAULT_VIEW, type RunView } from "./run-view";
import { readAhead } from "./useLines";

vi.mock("../../client/run", async (original) => ({ ...(await original<object>()), searchRunRows: vi.fn() }));

const VIEW: RunView = { ...DEFAULT_VIEW, columns: [{ kind: "metric", key: "loss", aggregate: "last" }] };

beforeEach(() => {
  vi.mocked(searchRunRows).mockReset();
  vi.mocked(searchRunRows).mockReturnValue(new Promise(() => undefined));
});

function ahead(next: Partial<RunView>): void {
  readAhead("default", VIEW, { ...VIEW, ...next }, VIEW.columns ?? [], {});
}

test("another order is asked for before the page is drawn, with the columns that are shown", () => {
  ahead({ sort: "metric.loss.last" });
  expect(searchRunRows).toHaveBeenCalledExactlyOnceWith("default", expect.objectContaining({ order_by: "metric.loss.last", offset: 0 }), ["metric.loss.last"], expect.anything());
});

test("what lists the same runs asks for nothing", () => {
  ahead({ density: "roomy", selected: ["one"], widths: { name: 200 } });
  expect(searchRunRows).not.toHaveBeenCalled();
});

test("who types on gives up what was asked for the shorter text", () => {
  ahead({ query: "status = Fai" });
  ahead({ query: "status = Failed" });
  const [first, second] = vi.mocked(searchRunRows).mock.calls.map(([, , , signal]) => signal?.aborted);
  expect([first, second]).toEqual([true, false]);
});
