import { beforeAll, expect, test } from "vitest";
import type { RunEvent } from "../../client/run";
import { activateLocale } from "../../text/text";
import { eventViews } from "./event-view";

beforeAll(async () => {
  await activateLocale("en");
});

function event(at: number, more: Partial<RunEvent>): RunEvent {
  return { run_id: "r", status: "Running", kind: "status", at: new Date(at * 1000).toISOString(), ...more };
}

test("a status lasts until the next status, whatever was edited in between", () => {
  const views = eventViews([event(0, { status: "Queued" }), event(3, { kind: "tags", status: "Queued" }), event(10, { status: "Running" })]);
  expect(views.map((view) => view.seconds)).toEqual([10, null, null]);
});

test("an edit says what is new and what is gone", () => {
  const [tags, name] = eventViews([event(0, { kind: "tags", detail: { set: { quality: "great", seen: null }, removed: ["old"] } }), event(1, { kind: "name", detail: { to: "best" } })]);
  expect(tags).toMatchObject({ text: "Tags changed", detail: "quality=great, seen, −old" });
  expect(name).toMatchObject({ text: "Renamed", detail: "best" });
});

test("many labels are cut, and told", () => {
  const set = Object.fromEntries(Array.from({ length: 6 }, (_, index) => [`k${index}`, "v"]));
  expect(eventViews([event(0, { kind: "properties", detail: { added: set } })])[0]?.detail).toBe("k0=v, k1=v, k2=v, k3=v and 2 more");
});

test("a kind of event that is not known yet is shown by its name", () => {
  expect(eventViews([event(0, { kind: "moved" })])[0]?.text).toContain("moved");
});
