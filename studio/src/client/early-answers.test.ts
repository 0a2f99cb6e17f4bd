import { afterEach, expect, test, vi } from "vitest";
import { fetchOrTake, forgetEarlyAnswers } from "./early-answers";

const address = "http://studio.test/api/v1/session";

afterEach(() => vi.unstubAllGlobals());

test("an answer that was asked for early serves one request, and the next goes to the server", async () => {
  const early = Promise.resolve(new Response("early"));
  vi.stubGlobal("window", { runyardEarly: { "/api/v1/session": early } });
  vi.stubGlobal("fetch", () => Promise.resolve(new Response("late")));
  expect(await (await fetchOrTake(new Request(address))).text()).toBe("early");
  expect(await (await fetchOrTake(new Request(address))).text()).toBe("late");
});

test("what changes something, and another question, is never answered from before", async () => {
  vi.stubGlobal("window", { runyardEarly: { "/api/v1/session": Promise.resolve(new Response("early")) } });
  vi.stubGlobal("fetch", () => Promise.resolve(new Response("late")));
  expect(await (await fetchOrTake(new Request(address, { method: "POST" }))).text()).toBe("late");
  expect(await (await fetchOrTake(new Request(`${address}?x=1`))).text()).toBe("late");
});

test("an answer from before somebody signed in is none for afterwards", async () => {
  vi.stubGlobal("window", { runyardEarly: { "/api/v1/session": Promise.resolve(new Response("nobody")) } });
  vi.stubGlobal("fetch", () => Promise.resolve(new Response("somebody")));
  forgetEarlyAnswers();
  expect(await (await fetchOrTake(new Request(address))).text()).toBe("somebody");
});
