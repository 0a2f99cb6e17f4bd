import { expect, test } from "vitest";
import { completionPlace, fixedSuggestions } from "./query-completion";

/** `|` marks the cursor. */
function at(text: string) {
  const caret = text.indexOf("|");
  return completionPlace(text.replace("|", ""), caret);
}

test("a word that begins may become a field", () => {
  expect(at("status:failed met|")).toMatchObject({ start: 14, end: 17, typed: "met", of: { type: "field" } });
  expect(fixedSuggestions(at("met|")).map((each) => each.insert)).toEqual(["metric."]);
});

test("after a kind and a dot comes a key", () => {
  expect(at("metric.val/lo|").of).toEqual({ type: "key", kind: "metric", isPresence: false });
  expect(at("metric.val/lo|").typed).toBe("val/lo");
  expect(at("tag:ba|").of).toEqual({ type: "key", kind: "tag", isPresence: true });
});

test.each(["status:|", "status = |", "status:running,|", 'status in ("a", |', "status:running,que|"])("%s wants a status", (text) => {
  expect(at(text).of).toEqual({ type: "value", field: "status" });
});

test("statuses are offered by what was typed of them", () => {
  expect(fixedSuggestions(at("status:fa|")).map((each) => each.insert)).toEqual(["failed "]);
});

test("a field by another name is the same field", () => {
  expect(at("by:ay|").of).toEqual({ type: "value", field: "submitter" });
});

test("after a key in quotes comes a figure", () => {
  expect(at('metric."val loss".mi|')).toMatchObject({ typed: "mi", of: { type: "figure" } });
});
