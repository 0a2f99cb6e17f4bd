import { afterEach, expect, test, vi } from "vitest";
import { ApiError } from "./api";
import { artifactUrl, readRange } from "./artifact";

afterEach(() => vi.unstubAllGlobals());

function answer(status: number, body: string | null, headers: Record<string, string> = {}) {
  const fetched = vi.fn(() => Promise.resolve(new Response(body, { status, headers })));
  vi.stubGlobal("fetch", fetched);
  return fetched;
}

test("a path is encoded part by part", () => {
  expect(artifactUrl("w", "r 1", "outputs/ä b#1.txt")).toBe("/api/v1/workspaces/w/runs/r%201/artifacts/outputs/%C3%A4%20b%231.txt");
});

test("a part of a file tells where it begins and how large the whole is", async () => {
  const fetched = answer(206, "cde", { "Content-Range": "bytes 2-4/10" });
  const part = await readRange("/f", 2, 5);
  expect(new TextDecoder().decode(part.bytes)).toBe("cde");
  expect(part).toMatchObject({ start: 2, size: 10 });
  expect(fetched).toHaveBeenCalledWith("/f", expect.objectContaining({ headers: expect.objectContaining({ Range: "bytes=2-4" }) }));
});

test("a file that has not grown gives nothing and no error", async () => {
  answer(416, null, { "Content-Range": "bytes */10" });
  expect(await readRange("/f", 10)).toEqual({ start: 10, bytes: new Uint8Array(), size: 10 });
});

test("a server that ignores ranges is understood", async () => {
  answer(200, "abcdef");
  const part = await readRange("/f", 4);
  expect(new TextDecoder().decode(part.bytes)).toBe("ef");
  expect(part).toMatchObject({ start: 4, size: 6 });
});

test("an error answer keeps its code and request id", async () => {
  answer(404, JSON.stringify({ error: { code: "file_not_in_run", message: "No file x in run r.", request_id: "q" } }), { "X-Request-Id": "q1" });
  await expect(readRange("/f", 0)).rejects.toMatchObject(new ApiError("No file x in run r.", 404, "file_not_in_run", "q1"));
});

test("no answer at all is an error of its own", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
  await expect(readRange("/f", 0)).rejects.toMatchObject({ status: 0 });
});
