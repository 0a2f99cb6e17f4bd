// @vitest-environment jsdom
import { QueryClient } from "@tanstack/react-query";
import { afterEach, expect, test, vi } from "vitest";
import { keys } from "../client/keys";
import { readFirstPage } from "./first-page";

// A browser's Request takes a path; the client keeps the class that it finds when it is loaded.
vi.hoisted(() => {
  const Plain = globalThis.Request;
  globalThis.Request = class extends Plain {
    constructor(input: RequestInfo | URL, init?: RequestInit) {
      super(typeof input === "string" ? new URL(input, "http://studio.test") : input, init);
    }
  };
});

afterEach(() => void vi.unstubAllGlobals());

/** A server that answers after all else has had its turn, and keeps what it is asked. */
function server(session: number) {
  const asked: string[] = [];
  const answered: string[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const path = new URL(request.url).pathname.replace("/api/v1", "");
    asked.push(`${path} after ${answered.length}`);
    await new Promise((done) => setTimeout(done));
    answered.push(path);
    const body = path === "/session" ? { user: "u", default_workspace: "default" } : path.endsWith("/changes") ? { cursor: 7 } : { rows: [], total: 0 };
    return new Response(JSON.stringify(body), { status: path === "/session" ? session : 200, headers: { "content-type": "application/json" } });
  });
  return asked;
}

test("the rows of the run list are asked for before it is drawn, after the cursor that its changes are told from", async () => {
  window.history.replaceState(null, "", "/runs?cols=status");
  const asked = server(200);
  const client = new QueryClient();
  await readFirstPage(client);
  expect(asked).toEqual(["/session after 0", "/workspaces/default/changes after 1", "/workspaces/default/runs/rows after 2"]);
  expect(client.getQueryData(["cursor", "default"])).toBe(7);
});

test("another page has its session and its cursor, and the workspace that its address names", async () => {
  window.history.replaceState(null, "", "/compute?workspace=other");
  const asked = server(200);
  await readFirstPage(new QueryClient());
  expect(asked).toEqual(["/session after 0", "/workspaces/other/changes after 1"]);
});

test("who is not signed in is asked nothing more", async () => {
  window.history.replaceState(null, "", "/runs");
  const asked = server(401);
  const client = new QueryClient();
  await readFirstPage(client);
  expect(asked).toEqual(["/session after 0"]);
  expect(client.getQueryState(keys.session)?.status).toBe("error");
});
