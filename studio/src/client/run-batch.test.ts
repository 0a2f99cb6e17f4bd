import { afterEach, expect, test, vi } from "vitest";
import { ApiError } from "./api";
import { searchRuns } from "./run";
import { findRunIds } from "./run-batch";

vi.mock("./run", () => ({ searchRuns: vi.fn() }));
const search = vi.mocked(searchRuns);

afterEach(() => search.mockReset());

function page(id: string, cursor: string | null) {
  return { runs: [{ id }], next_cursor: cursor } as unknown as Awaited<ReturnType<typeof searchRuns>>;
}

test("a list that an upgraded server cannot go on with is read anew from its first page", async () => {
  const refused = new ApiError("'x' is no cursor of this list.", 400, "invalid_argument", null, { cursor: "x" });
  search.mockResolvedValueOnce(page("a", "x")).mockRejectedValueOnce(refused);
  search.mockResolvedValueOnce(page("a", "y")).mockResolvedValueOnce(page("b", null));
  expect(await findRunIds("w", {}, 100)).toEqual(["a", "b"]);
  expect(search.mock.calls.map(([, query]) => query.cursor)).toEqual([null, "x", null, "y"]);
});

test("another refusal is told", async () => {
  search.mockRejectedValueOnce(new ApiError("No such field.", 400, "invalid_argument", null, { position: 3 }));
  await expect(findRunIds("w", {}, 100)).rejects.toThrow("No such field.");
  expect(search).toHaveBeenCalledTimes(1);
});
